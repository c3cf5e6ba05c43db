package org.quorate.peer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.quorate.runtime.Loop;
import org.quorate.version.ByteReader;
import org.quorate.version.ByteWriter;

/** Asks a member, over a connection for this alone, to let a node in that is none. */
public final class JoinRequest {
  private static final long TIMEOUT_MILLIS = 5000;

  private JoinRequest() {}

  /** Completes with what the member at this address answers. */
  public static Future<byte[]> send(
      Transport transport, Loop loop, String address, byte[] request) {
    Promise<byte[]> answer = Promise.promise();
    loop.after(TIMEOUT_MILLIS, () -> answer.tryFail("no answer"));
    return transport
        .connect(loop, address)
        .compose(
            link -> {
              FrameLink frames = new FrameLink(link, loop, in -> received(in, answer));
              link.onClose(() -> answer.tryFail("the connection was closed"));
              ByteWriter out = frames.out();
              int start = Frames.begin(out, Frames.JOIN, 0);
              out.writeBytes(request);
              Frames.end(out, start);
              frames.flush();
              return answer.future().onComplete(done -> frames.close());
            });
  }

  private static void received(ByteReader in, Promise<byte[]> answer) {
    int type = in.readByte();
    in.readVarLong();
    if (type == Frames.JOINED) {
      answer.tryComplete(in.readRest());
    } else {
      answer.tryFail("answered by a frame of type " + type);
    }
  }
}
