"""For AI agents: tools that find, describe, ask and cite, in few calls and few tokens; no rule or SQL of their own."""
