import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/**
 * One OpenSearch node on the loopback address: `SearchNode FOLDER PORT` (0: any free port). Prints its address as one line, and
 * stops when its standard input ends, so that it never outlives whoever started it, however they end.
 */
final class SearchNode extends Node {
    private SearchNode(Settings settings) {
        super(
            new Environment(settings, null),
            List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, MapperExtrasPlugin.class, ReindexPlugin.class),
            true
        );
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answer = System.out;
        System.setOut(System.err);  // the log's console: only the address may stand on standard output
        try (SearchNode node = new SearchNode(settings(arguments[0], arguments[1]))) {
            node.start();
            node.withoutReplicas();
            node.client().admin().cluster().prepareHealth().setWaitForYellowStatus().get();
            answer.println(node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress());
            waitForEndOfInput();
        }
        System.exit(0);
    }

    private static Settings settings(String folder, String port) {
        return Settings.builder()
            .put("path.home", folder)
            .put("cluster.name", "kakehashi")
            .put("node.name", "only")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", port)
            .put("transport.port", "0")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)  // a nearly full disk is no reason to refuse
            .build();
    }

    /** A lone node has nowhere to put a replica; this setting is the cluster's, and not read from a node's own. */
    private void withoutReplicas() {
        Settings none = Settings.builder().put("cluster.default_number_of_replicas", 0).build();
        client().admin().cluster().prepareUpdateSettings().setPersistentSettings(none).get();
    }

    private static void waitForEndOfInput() throws IOException {
        while (System.in.read() >= 0) { }
    }
}
