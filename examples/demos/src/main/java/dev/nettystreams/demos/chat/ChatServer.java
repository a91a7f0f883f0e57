package dev.nettystreams.demos.chat;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ServerCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chat-server}: what one says, all others hear. */
@Command(
        name = "chat-server",
        mixinStandardHelpOptions = true,
        description = {
            "A chat room, on port 8889 unless told otherwise; try it with nc.",
            "The first line is your name; /who lists the others, /quit ends."
        })
public final class ChatServer extends ServerCommand {
    private static final int MOST_LINE_BYTES = 4096;

    private final Room room = new Room();

    @Option(
            names = "--most-behind",
            paramLabel = "BYTES",
            description =
                    "How much may wait here for one slow reader before it is disconnected (default: ${DEFAULT-VALUE}).")
    private int mostBehindBytes = 262144;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    ChatServer() {
        super(8889);
    }

    @Override
    public Integer call() throws Exception {
        if (mostBehindBytes < MOST_LINE_BYTES) {
            throw new ParameterException(
                    command.commandLine(), "--most-behind < " + MOST_LINE_BYTES + ", a line: " + mostBehindBytes);
        }
        return super.call();
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
