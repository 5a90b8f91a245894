/** Bytes a second that a client must take on average after the first time. */
const SLOWEST = 16 * 1024;

/**
 * The bytes of an answer, which end with an error where a client takes them too
 * slowly: it would hold a file and a connection for as long as it likes.
 *
 * @param body Is cancelled with the answer.
 * @param bytes In all.
 * @param milliseconds That any client has, besides a second for each 16 KiB.
 */
export function download(
  body: ReadableStream<Uint8Array>,
  bytes: number,
  milliseconds: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const late = milliseconds + bytes / SLOWEST * 1000;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new ReadableStream({
    start(controller) {
      timer = setTimeout(() => {
        const reason = new Error("The client took the video too slowly");
        controller.error(reason);
        reader.cancel(reason).catch(() => {});
      }, late);
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      clearTimeout(timer);
    },
    cancel(reason) {
      clearTimeout(timer);
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
