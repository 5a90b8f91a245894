import { type SocketType, ZmtpSocket } from "../zmtp/socket.ts";
import { type Message, messageFrames, readMessage } from "./message.ts";

/** One of a kernel's channels, open for signed messages. */
export interface Channel extends AsyncDisposable {
  /** @param id Of the request: the parent of its answers. */
  request(type: string, content: object, id: string): Promise<void>;
}

/**
 * Opens a channel and forwards its messages.
 *
 * @param onMessage Called with each message, in order.
 */
export async function openChannel(
  port: number,
  type: SocketType,
  { key, session }: { readonly key: string; readonly session: string },
  onMessage: (message: Message) => void,
): Promise<Channel> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let socket: ZmtpSocket;
  try {
    connection.setNoDelay();
    socket = await ZmtpSocket.open(connection, type);
  } catch (error) {
    connection.close();
    throw error;
  }
  const reading = (async () => {
    for await (const frames of socket.messages()) {
      onMessage(readMessage(frames, key));
    }
  })().catch((error) => {
    // A kernel that dies resets its connections; its death is reported elsewhere.
    if (!isDisconnection(error)) throw error;
  });
  return {
    async request(type, content, id) {
      const header = {
        msg_id: id,
        msg_type: type,
        session,
        username: "notebook",
        date: new Date().toISOString(),
        version: "5.3",
      };
      await socket.send(messageFrames(
        { header, parent_header: {}, metadata: {}, content: { ...content } },
        key,
      ));
    },
    async [Symbol.asyncDispose]() {
      socket[Symbol.dispose]();
      try {
        connection.close();
      } catch {
        // Already closed by its streams, if the other end is gone.
      }
      await reading;
    },
  };
}

function isDisconnection(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted;
}
