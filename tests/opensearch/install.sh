#!/bin/sh
# Fetches OpenSearch's jars into a folder, compiles our node, and keeps its loaded classes so that it starts twice as fast.
# Where there is no Maven or no JDK, the tests that need the node say so and are skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1

if ! command -v mvn >/dev/null || ! command -v javac >/dev/null; then
    echo "No Maven or no JDK here: tests and benchmarks on a real OpenSearch will be skipped."
    exit 0
fi
rm -rf "$folder"
mkdir -p "$folder/classes"
cd "$folder"
mvn --quiet --batch-mode --strict-checksums --file "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$PWD"
javac --release 11 -cp '*' -d classes "$here/SearchNode.java"
jar --create --file node.jar -C classes .
rm -r classes
# The order of the jars must be the same each time for the kept classes to be taken.
echo "-cp $(printf '%s\n' *.jar | paste -sd: -)" >classpath
scratch=$(mktemp -d)
java -Xmx512m -XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit=node.jsa -Xlog:disable @classpath SearchNode "$scratch" 0 </dev/null >/dev/null
rm -r "$scratch"
