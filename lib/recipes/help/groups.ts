/** The tasks by what they are for; those of no group are listed last. */
export const TASK_GROUPS: Readonly<Record<string, readonly string[]>> = {
  "The ten to know": [
    ...["generate", "demo", "ingest", "train", "evaluate", "runs", "metrics"],
    ...["export", "serve", "help"],
  ],
  "Stages of train": [
    ...["vae", "text", "phase1", "phase2", "phase3", "phase4", "phase5"],
  ],
  "Before and after training": [
    ...["describe", "estimate", "captions", "dataset", "supervise", "average"],
    ...["pack", "merge", "reproduce", "release", "import-weights"],
  ],
  "Measures": ["weights", "world3d", "sensitivity", "analyze"],
  "Service": ["worker", "keys", "database", "bench:service"],
  "Notebooks": ["lab", "notebook", "notebooks:run"],
  "Machine": ["version", "bench", "setup", "packages"],
  "Checks": [
    ...["ok", "quick", "fmt", "lint", "check", "layers", "exports"],
    ...["notebooks", "test", "test:changed", "test:doc", "test:postgres"],
    ...["test:browser", "test:kill", "container", "docs", "notice"],
  ],
};
