import { OrtApi } from "lib/compiler/session/ort_api.ts";

/**
 * Opens ONNX Runtime before the first test: the library stays for the life of
 * the process, and a test that opened it would be told that it leaks.
 *
 * @module
 */
OrtApi.open();
