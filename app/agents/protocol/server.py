"""A server of the Model Context Protocol around the tools; which wire it speaks over is the face's affair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import mcp_types as types
from anyio import CapacityLimiter, to_thread
from mcp.server import CacheHint, Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server

from app.agents.protocol import offering
from app.agents.schemas import input_schema, output_schema
from app.agents.taming import tame
from app.kernel.actor import ANONYMOUS, Actor

if TYPE_CHECKING:
    from app.agents.reading import Reading
    from app.agents.service import AgentTools, Outcome
    from app.agents.tool import Tool
    from app.catalog.addresses import Site

Context = ServerRequestContext[Any, Any]
# What can be kept for how long: tools change with a release, datasets when they are published.
_MINUTE, _HOUR = 60_000, 3_600_000
# As many calls are worked on at once in one process; the others wait their turn.
AT_ONCE = 16
_CLIENT_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls; `asker` tells those apart who are nobody in particular.

    `outcome` is told of each answered tool, `failed` of an error that is the face's to answer.
    """

    actor: Actor = ANONYMOUS
    outcome: Callable[[Outcome], None] = lambda _: None
    failed: Callable[[Exception], None] = lambda _: None
    asker: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What the server says of itself."""

    version: str
    title: str
    description: str
    address: str

    @classmethod
    def of(cls, site: Site) -> About:
        """Say it of a portal."""
        title = site.title.get("en") or site.title.get("ja")
        return cls(version("kakehashi"), title, site.description.get("en"), site.url)


def make_server(
    tools: AgentTools, reading: Reading, caller_of: Callable[[Context], Caller], about: About
) -> Server[Any]:
    """Make the server. `caller_of` says who sent a request."""
    return _Handlers(tools, reading, caller_of).server(about)


async def speak_over_pipes(server: Server[Any]) -> None:
    """Serve whoever is at the other end of standard input and output, until it closes them."""
    async with stdio_server() as (heard, said):
        await server.run(heard, said, server.create_initialization_options())


class _Handlers:
    """What answers each method. Work is done in threads: it waits for the database and the engines."""

    def __init__(self, tools: AgentTools, reading: Reading, caller_of: Callable[[Context], Caller]) -> None:
        self._tools, self._reading, self._caller_of = tools, reading, caller_of
        self._places: CapacityLimiter | None = None

    def server(self, about: About) -> Server[Any]:
        kept = {
            "tools/list": CacheHint(_HOUR, "private"),
            "prompts/list": CacheHint(_HOUR, "public"),
            "resources/list": CacheHint(_MINUTE, "private"),
            "resources/templates/list": CacheHint(_HOUR, "public"),
            "resources/read": CacheHint(_MINUTE, "private"),
            "server/discover": CacheHint(_HOUR, "public"),
        }
        return Server(
            "kakehashi",
            version=about.version,
            title=about.title,
            description=about.description,
            website_url=about.address,
            instructions=offering.INSTRUCTIONS,
            get_tool_input_schema=self._schema_of,
            cache_hints=kept,  # type: ignore[arg-type]
            on_list_tools=self.list_tools,
            on_call_tool=self.call_tool,
            on_list_resources=self.list_resources,
            on_list_resource_templates=self.list_templates,
            on_read_resource=self.read_resource,
            on_list_prompts=self.list_prompts,
            on_get_prompt=self.get_prompt,
            on_completion=self.complete,
        )

    def _schema_of(self, name: str) -> dict[str, Any] | None:
        """Answer what a tool takes; without this the library lists all tools before each call, to look it up."""
        tool = self._tools.named(name)
        return input_schema(tool) if tool else None

    async def list_tools(self, context: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[_told(tool) for tool in self._tools.offered(self._caller_of(context).actor)]
        )

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        caller = self._caller_of(context)
        who = {"client": _client(context), "asker": caller.asker}
        call = partial(self._tools.call, caller.actor, params.name, params.arguments or {}, **who)
        outcome = await self._work(caller, call)
        caller.outcome(outcome)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=outcome.text)],
            structured_content=outcome.structure,
            is_error=outcome.is_error,
        )

    async def list_resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        caller = self._caller_of(context)
        cursor = (params and params.cursor) or ""
        found = await self._work(caller, partial(self._reading.page, caller.actor, cursor, client=_client(context)))
        return offering.resources(found)

    async def list_templates(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return offering.templates(self._reading.template)

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        caller = self._caller_of(context)
        read = partial(self._reading.read, caller.actor, str(params.uri), client=_client(context))
        return offering.contents(str(params.uri), await self._work(caller, read, uri=str(params.uri)))

    async def list_prompts(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        return offering.prompts()

    async def get_prompt(self, _: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        return offering.prompt(params.name, params.arguments or {})

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        caller, asked = self._caller_of(context), params.argument
        return offering.completed(
            await self._work(
                caller,
                partial(self._reading.complete, caller.actor, asked.name, asked.value, client=_client(context)),
            )
        )

    async def _work(self, caller: Caller, work: Callable[[], Any], **about: str) -> Any:
        if self._places is None:
            self._places = CapacityLimiter(AT_ONCE)
        try:
            return await to_thread.run_sync(work, limiter=self._places)
        except offering.ANSWERED as error:
            raise offering.protocol_error(error, **about) from error
        except Exception as error:
            caller.failed(error)
            raise


def _told(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool),
        output_schema=output_schema(tool),
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _client(context: Context) -> str:
    """Name the program that calls, as it calls itself."""
    info = context.session.client_params.client_info if context.session.client_params else None
    return tame(f"{info.name} {info.version}", _CLIENT_LENGTH) if info else ""
