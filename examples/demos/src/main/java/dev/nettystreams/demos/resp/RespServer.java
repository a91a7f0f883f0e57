package dev.nettystreams.demos.resp;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ServerCommand;
import picocli.CommandLine.Command;

/** {@code resp-server}: enough of Redis for {@code redis-cli} and {@code redis-benchmark}. */
@Command(
        name = "resp-server",
        mixinStandardHelpOptions = true,
        description = "A small server for Redis's protocol, on port 6380 by default: try redis-cli -p 6380.")
public final class RespServer extends ServerCommand {
    private final CommandTable commands = new CommandTable(new Keyspace(System::currentTimeMillis));

    RespServer() {
        super(6380);
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return new RespDialogue(reader, writer, commands);
    }
}
