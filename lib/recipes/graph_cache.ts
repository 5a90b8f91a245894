/**
 * Where commands keep the graphs that the runtime has optimised, so that they
 * start faster the next time. It may be deleted at any time.
 */
export const GRAPH_CACHE = "runs/.graph_cache";
