"""A server that has what the official conformance suite asks of one: tools, documents and prompts that do nothing else.

It is served by the portal's own bridge, so that the suite looks at the bridge where the portal has no such tools.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server import CacheHint, Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any, Any]
Asked = types.CallToolRequestParams
Answered = types.CallToolResult | types.InputRequiredResult
Run = Callable[[Context, Asked], Awaitable[Answered]]

PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff"
        "a0a6e5c50000000049454e44ae426082"
    )
).decode()
WAV = base64.b64encode(
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\0\0\0"
).decode()
KEY = secrets.token_bytes(32)
NOTHING: dict[str, Any] = {"type": "object", "properties": {}}


def text(words: str) -> types.TextContent:
    return types.TextContent(type="text", text=words)


def image() -> types.ImageContent:
    return types.ImageContent(type="image", data=PNG, mime_type="image/png")


def embedded(uri: str, mime_type: str, words: str) -> types.EmbeddedResource:
    return types.EmbeddedResource(
        type="resource", resource=types.TextResourceContents(uri=uri, mime_type=mime_type, text=words)
    )


def always(*content: Any, is_error: bool = False) -> Run:
    async def run(_: Context, __: Asked) -> Answered:
        return types.CallToolResult(content=list(content), is_error=is_error)

    return run


async def progress(context: Context, _: Asked) -> Answered:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await asyncio.sleep(0.02)
    return types.CallToolResult(content=[text("done")])


def form(message: str, name: str, kind: str = "string") -> types.ElicitRequest:
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(words: str, tokens: int) -> types.CreateMessageRequest:
    message = types.SamplingMessage(role="user", content=text(words))
    return types.CreateMessageRequest(params=types.CreateMessageRequestParams(messages=[message], max_tokens=tokens))


def needed(requests: Mapping[str, Any], state: str | None = None) -> types.InputRequiredResult:
    return types.InputRequiredResult(input_requests=dict(requests), request_state=state)


def given(params: Any, *names: str) -> dict[str, Any]:
    """Answer the members of what the client filled in, where all of it is there."""
    responses = params.input_responses or {}
    if any(name not in responses for name in names):
        return {}
    return {name: responses[name].model_dump(mode="json", by_alias=True) for name in names}


def signed(state: str) -> str:
    return f"{state}.{hmac.new(KEY, state.encode(), hashlib.sha256).hexdigest()}"


def checked(sealed: str | None) -> str:
    state = (sealed or "").partition(".")[0]
    if not hmac.compare_digest(signed(state), sealed or ""):
        raise MCPError(types.INVALID_PARAMS, "The state was changed.")
    return state


async def elicit(_: Context, params: Asked) -> Answered:
    name = given(params, "user_name").get("user_name", {}).get("content", {}).get("name")
    if not isinstance(name, str):
        return needed({"user_name": form("What is your name?", "name")})
    return types.CallToolResult(content=[text(f"Hello, {name}!")])


async def ask_model(_: Context, params: Asked) -> Answered:
    if found := given(params, "capital_question"):
        return types.CallToolResult(content=[text(json.dumps(found["capital_question"]))])
    return needed({"capital_question": sample("What is the capital of France?", 100)})


async def list_roots(_: Context, params: Asked) -> Answered:
    if found := given(params, "client_roots"):
        return types.CallToolResult(content=[text(json.dumps(found["client_roots"]))])
    return needed({"client_roots": types.ListRootsRequest(params=types.RequestParams())})


async def confirm(_: Context, params: Asked) -> Answered:
    if params.input_responses is None and params.request_state is None:
        return needed({"confirm": form("Please confirm", "ok", "boolean")}, signed("confirm"))
    checked(params.request_state)
    return types.CallToolResult(content=[text("state-ok")])


async def ask_much(_: Context, params: Asked) -> Answered:
    if given(params, "user_name", "greeting", "client_roots"):
        checked(params.request_state)
        return types.CallToolResult(content=[text("all there")])
    requests = {
        "user_name": form("What is your name?", "name"),
        "greeting": sample("Generate a greeting", 50),
        "client_roots": types.ListRootsRequest(params=types.RequestParams()),
    }
    return needed(requests, signed("much"))


async def ask_twice(_: Context, params: Asked) -> Answered:
    if params.request_state is None:
        return needed({"step1": form("Step 1: What is your name?", "name")}, signed("one"))
    if checked(params.request_state) == "one":
        return needed({"step2": form("Step 2: What is your favorite color?", "color")}, signed("two"))
    return types.CallToolResult(content=[text("done")])


async def what_is_declared(context: Context, _: Asked) -> Answered:
    """Ask for no more than the client says that it can do."""
    declared = context.session.client_params.capabilities if context.session.client_params else None
    requests: dict[str, Any] = {}
    if declared and declared.elicitation is not None:
        requests["user_name"] = form("What is your name?", "name")
    if declared and declared.sampling is not None:
        requests["greeting"] = sample("Generate a greeting", 50)
    return needed(requests) if requests else types.CallToolResult(content=[text("nothing to ask with")])


async def elicit_on_stream(context: Context, params: Asked) -> Answered:
    await context.session.report_progress(1, 2)
    return await elicit(context, params)


async def log(context: Context, _: Asked) -> Answered:
    """Tell what happens, which only those get who asked for it."""
    await context.session.send_log_message("info", "working")
    return types.CallToolResult(content=[text("logged")])


async def need_sampling(context: Context, _: Asked) -> Answered:
    declared = context.session.client_params.capabilities if context.session.client_params else None
    if declared is None or declared.sampling is None:
        raise MCPError(
            types.MISSING_REQUIRED_CLIENT_CAPABILITY, "Sampling is needed.", {"requiredCapabilities": {"sampling": {}}}
        )
    return types.CallToolResult(content=[text("sampled")])


TOOLS: Mapping[str, Run] = {
    "test_simple_text": always(text("This is a simple text response for testing.")),
    "test_image_content": always(image()),
    "test_audio_content": always(types.AudioContent(type="audio", data=WAV, mime_type="audio/wav")),
    "test_embedded_resource": always(
        embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ),
    "test_multiple_content_types": always(
        text("Multiple content types test:"),
        image(),
        embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ),
    "test_error_handling": always(text("This tool intentionally returns an error for testing"), is_error=True),
    "test_tool_with_progress": progress,
    "test_missing_capability": need_sampling,
    "test_streaming_elicitation": elicit_on_stream,
    "test_logging_tool": log,
    "test_input_required_result_elicitation": elicit,
    "test_input_required_result_sampling": ask_model,
    "test_input_required_result_list_roots": list_roots,
    "test_input_required_result_request_state": confirm,
    "test_input_required_result_multiple_inputs": ask_much,
    "test_input_required_result_multi_round": ask_twice,
    "test_input_required_result_tampered_state": confirm,
    "test_input_required_result_capabilities": what_is_declared,
}
PROMPTS: Mapping[str, tuple[str, ...]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    "test_input_required_result_prompt": (),
}


async def list_tools(_: Context, __: Any) -> types.ListToolsResult:
    tools = [types.Tool(name=name, description=name, input_schema=NOTHING) for name in TOOLS]
    return types.ListToolsResult(tools=tools)


async def call_tool(context: Context, params: Asked) -> Answered:
    if params.name not in TOOLS:
        raise MCPError(types.INVALID_PARAMS, "There is no such tool.")
    return await TOOLS[params.name](context, params)


async def list_resources(_: Context, __: Any) -> types.ListResourcesResult:
    kinds = {"static-text": "text/plain", "static-binary": "image/png"}
    return types.ListResourcesResult(
        resources=[types.Resource(uri=f"test://{name}", name=name, mime_type=kind) for name, kind in kinds.items()]
    )


async def list_templates(_: Context, __: Any) -> types.ListResourceTemplatesResult:
    template = types.ResourceTemplate(uri_template="test://template/{id}/data", name="data")
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(_: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    uri = str(params.uri)
    if uri == "test://static-binary":
        blob = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
        return types.ReadResourceResult(contents=[blob])
    if uri == "test://static-text":
        words, kind = "This is the content of the static text resource.", "text/plain"
    elif uri.startswith("test://template/") and uri.endswith("/data"):
        number = uri.removeprefix("test://template/").removesuffix("/data")
        words, kind = (
            json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"}),
            "application/json",
        )
    else:
        raise MCPError(types.INVALID_PARAMS, "There is no such resource.", {"uri": uri})
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=kind, text=words)])


async def list_prompts(_: Context, __: Any) -> types.ListPromptsResult:
    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=name,
                description=name,
                arguments=[types.PromptArgument(name=each, description=each, required=True) for each in arguments],
            )
            for name, arguments in PROMPTS.items()
        ]
    )


async def get_prompt(
    _: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    said = params.arguments or {}
    if params.name == "test_input_required_result_prompt" and not given(params, "user_context"):
        return needed({"user_context": form("What context should the prompt use?", "context")})
    contents: dict[str, tuple[Any, ...]] = {
        "test_simple_prompt": (text("This is a simple prompt for testing."),),
        "test_prompt_with_arguments": (
            text(f"Prompt with arguments: arg1='{said.get('arg1')}', arg2='{said.get('arg2')}'"),
        ),
        "test_prompt_with_embedded_resource": (
            embedded(said.get("resourceUri", ""), "text/plain", "Embedded resource content for testing."),
            text("Please process the embedded resource above."),
        ),
        "test_prompt_with_image": (image(), text("Please analyze the image above.")),
        "test_input_required_result_prompt": (text("with the context"),),
    }
    return types.GetPromptResult(
        messages=[types.PromptMessage(role="user", content=each) for each in contents[params.name]]
    )


async def complete(_: Context, __: Any) -> types.CompleteResult:
    return types.CompleteResult(completion=types.Completion(values=["paris", "park"], total=2, has_more=False))


def fixture_server() -> Server[Any]:
    kept = CacheHint(60_000, "public")
    listed = ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read")
    return Server(
        "fixtures",
        version="1.0.0",
        cache_hints=dict.fromkeys((*listed, "server/discover"), kept),  # type: ignore[arg-type]
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_completion=complete,
    )
