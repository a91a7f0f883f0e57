package dev.nettystreams.demos.chat;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ServerCommand;
import dev.nettystreams.netty.NettyStreams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chat-server}: each line of a guest goes to all others. */
@Command(
        name = "chat-server",
        mixinStandardHelpOptions = true,
        description = {
            "A chat room, on port 8889 by default; try it with nc.",
            "The first line is your name; /who lists the others, /quit ends."
        })
public final class ChatServer extends ServerCommand {
    private static final int MOST_LINE_BYTES = 4096;

    private final Room room = new Room();

    @Option(
            names = "--most-behind",
            paramLabel = "BYTES",
            description =
                    "The bytes that may wait for a slow reader before it is disconnected (default: ${DEFAULT-VALUE}).")
    private int mostBehindBytes = 262144;

    ChatServer() {
        super(8889);
    }

    @Override
    protected void prepare(NettyStreams streams) {
        if (mostBehindBytes < MOST_LINE_BYTES) {
            throw misuse("--most-behind < " + MOST_LINE_BYTES + ", a line: " + mostBehindBytes);
        }
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return new ChatDialogue(reader, new Outbox(writer, mostBehindBytes), room);
    }

    @Override
    protected StreamLimits limits() {
        return StreamLimits.DEFAULT.withReadLimit(MOST_LINE_BYTES);
    }
}
