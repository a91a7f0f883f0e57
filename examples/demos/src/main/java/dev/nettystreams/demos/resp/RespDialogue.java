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
 * One client: reads what the decoder asks for, answers whole commands. Replies of a pipeline gather in the writer, which sends them when
 * the input that has arrived is used up.
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
        } catch (ProtocolException e) {
            writer.write(Replies.error(e.getMessage()));
            return Then.END;
        }
        if (request == null || request.isEmpty()) {
            return Then.READ_ON;
        }
        writer.write(commands.run(client, request));
        return client.hasQuit ? Then.END : Then.DRAIN;
    }

    /** A line over the limit is answered as Redis words it, which depends on how the line begins. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (failure instanceof IncompleteReadException) {
            return CompletableFuture.completedFuture(null); // clients leave as they like
        }
        if (failure instanceof LimitOverrunException) {
            return reader.peek(1)
                    .thenAccept(first -> writer.write(
                            Replies.error(decoder.overlongLine(first).getMessage())));
        }
        return CompletableFuture.failedFuture(failure);
    }

    /** What a client has said about itself. */
    static final class Client {
        byte @Nullable [] name;
        boolean hasQuit;
    }
}
