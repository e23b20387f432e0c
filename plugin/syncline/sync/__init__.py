"""One cycle: detect, link, reconcile, plan, apply, commit. A file a step."""
