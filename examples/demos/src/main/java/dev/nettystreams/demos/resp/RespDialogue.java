package dev.nettystreams.demos.resp;

import dev.nettystreams.IncompleteReadException;
import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One client: reads the pieces that the decoder needs, and answers complete commands. Replies of a pipeline are
 * combined in the writer, which sends them when the received input is used up.
 */
final class RespDialogue implements Dialogue {
    private final StreamReader reader;
    private final StreamWriter writer;
    private final CommandTable commands;
    private final RequestDecoder decoder = new RequestDecoder();
    private final Client client = new Client();

    RespDialogue(StreamReader reader, StreamWriter writer, CommandTable commands) {
        this.reader = reader;
        this.writer = writer;
        this.commands = commands;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        return decoder.wantsLine() ? reader.readLine() : reader.readExactly(decoder.wantedByteCount());
    }

    @Override
    public Then accept(byte[] input) {
        if (input.length == 0) {
            return Then.END;
        }
        List<byte[]> request;
        try {
            request = decoder.accept(input);
        } catch (MalformedRequestException e) {
            writer.write(Replies.error(e.getMessage()));
            return Then.END;
        }
        if (request == null || request.isEmpty()) {
            return Then.READ_ON;
        }
        writer.write(commands.run(client, request));
        return client.hasQuit ? Then.END : Then.DRAIN;
    }

    /** Answers a line over the limit in Redis's wording, which depends on the start of the line. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (failure instanceof IncompleteReadException) {
            return CompletableFuture.completedFuture(null); // clients may leave at any time
        }
        if (failure instanceof LimitOverrunException) {
            return reader.peek(1)
                    .thenAccept(first -> writer.write(
                            Replies.error(decoder.overlongLine(first).getMessage())));
        }
        return CompletableFuture.failedFuture(failure);
    }

    /** The settings that a client has sent. */
    static final class Client {
        byte @Nullable [] name;
        boolean hasQuit;
    }
}
