package dev.nettystreams.demos.postgres;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.demos.CommandResult;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;

/** The client's protocol over in-memory streams, which the test cuts. */
final class MemoryClient {
    private MemoryClient() {}

    /** Logs in and runs a query, while the server's bytes arrive in chunks of {@code chunkBytes}. */
    static CommandResult hearing(byte[] words, int chunkBytes) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair =
                    MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT.withChunks(chunkBytes));
            pair.far().writer().write(words);
            pair.far().writer().writeEof();
            try (StreamConnection client = pair.near()) {
                converse(client, new PrintWriter(out), new PrintWriter(err, true));
                return new CommandResult(0, out.toString(), err.toString());
            } catch (Exception e) {
                return new CommandResult(1, out.toString(), err + OneLine.of(e) + "\n");
            }
        }
    }

    private static void converse(StreamConnection client, PrintWriter out, PrintWriter err) throws Exception {
        MessageStream login = MessageStream.forLogin(
                client, AnswerDeadline.of(Duration.ofSeconds(30)), notice -> err.println(notice.line()));
        new Authentication(login, new Login("alice", "alice", null, false)).run();
        MessageStream messages = MessageStream.forQueries(client, notice -> err.println(notice.line()));
        new SimpleQuery(messages, out).run("select 1");
    }
}
