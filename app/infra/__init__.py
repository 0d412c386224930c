"""What the portal stands on: database, storage, jobs, sandbox, outgoing HTTP."""
