"""Git behind a small door: repositories, commits, worktrees, pushes."""
