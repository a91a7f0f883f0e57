package dev.nettystreams.demos.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.BareLineEndingException;
import dev.nettystreams.IncompleteReadException;
import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.spi.StageFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One client of the file server.
 *
 * <pre>
 *   HEAD --last line--> [BODY, skipped] --> ANSWERING: a disk thread finds the file, then it is sent --> HEAD
 *     \__refused, silent for too long, or the client wants no more_________________________________________--> END
 * </pre>
 *
 * <p>Requests in a pipeline wait in the reader until the answer before theirs has been sent.
 */
final class HttpDialogue implements Dialogue {
    private static final byte[] ANSWERED = {1};
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(Delivery.STALL_SECONDS);

    private final StreamReader reader;
    private final StreamWriter writer;
    private final Site site;
    private final Executor disk;

    private RequestHead head = new RequestHead();
    private @Nullable Request request; // from its last line until it is answered
    private boolean isAnswering;
    private boolean isLate; // the client: what it has sent decides whether to tell it
    private boolean hasFailed; // an answer was cut: there is no way to say so but by the end of the connection

    /** @param disk runs operations on files, which block */
    HttpDialogue(StreamReader reader, StreamWriter writer, Site site, Executor disk) {
        this.reader = reader;
        this.writer = writer;
        this.site = site;
        this.disk = disk;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        if (isLate) {
            return reader.readAvailable();
        }
        Request current = request;
        if (current == null) {
            return reader.readLine(LineEnding.CRLF, head.mostBytes());
        }
        if (!isAnswering) {
            return reader.readExactly((int) current.bodyByteCount());
        }
        return answer(current).thenApply(done -> ANSWERED);
    }

    @Override
    public boolean isWaitingForPeer() {
        return !isAnswering && !isLate;
    }

    @Override
    public Then accept(byte[] input) {
        if (isLate) {
            return tellLate(input);
        }
        Request current = request;
        if (current == null) {
            return input.length == 0 ? Then.END : acceptLine(new String(input, 0, input.length - 2, ISO_8859_1));
        }
        if (!isAnswering) {
            isAnswering = true;
            return Then.READ_ON;
        }
        isAnswering = false;
        request = null;
        head = new RequestHead();
        return current.isPersistent() ? Then.DRAIN : Then.END;
    }

    private Then acceptLine(String line) {
        try {
            request = head.accept(line);
        } catch (HttpException e) {
            refuse(e);
            return Then.END;
        }
        Request whole = request;
        isAnswering = whole != null && whole.bodyByteCount() == 0;
        return Then.READ_ON;
    }

    /** The rest of such a request is unknown, so the connection ends. */
    private void refuse(HttpException reason) {
        write(Response.of(reason), false, true);
    }

    private void write(Response response, boolean isPersistent, boolean withBody) {
        writer.write(response.head(isPersistent));
        if (withBody) {
            writer.write(response.body());
        }
    }

    // ---- answers

    private CompletableFuture<Void> answer(Request current) {
        return CompletableFuture.supplyAsync(() -> find(current), disk)
                .thenCompose(found -> send(current, found))
                .exceptionallyCompose(failure -> sendFailure(current, StageFailures.unwrapped(failure)));
    }

    private Site.Found find(Request current) {
        try {
            return site.find(UrlPath.parse(current.target()));
        } catch (HttpException e) {
            throw new CompletionException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletableFuture<Void> send(Request current, Site.Found found) {
        if (found instanceof Site.Opened file) {
            CompletableFuture<Void> sent;
            try {
                sent = sendFile(current, file);
            } catch (Throwable e) { // any failure closes the file
                sent = CompletableFuture.failedFuture(e);
            }
            return sent.whenCompleteAsync((done, failure) -> close(file.channel()), disk);
        }
        if (found instanceof Site.Moved moved) {
            answerBy(current, Response.text(301, "see " + moved.location()).with("Location", moved.location()));
        } else if (found instanceof Site.Page page) {
            answerBy(
                    current,
                    new Response(200)
                            .body("text/html; charset=utf-8", page.html().getBytes(UTF_8)));
        }
        return CompletableFuture.completedFuture(null);
    }

    private void answerBy(Request current, Response response) {
        write(response, current.isPersistent(), !current.isHead());
    }

    private CompletableFuture<Void> sendFile(Request current, Site.Opened file) throws HttpException {
        FileState state = file.state();
        state.checkMatch(current);
        boolean isKnown = state.isKnownTo(current);
        ByteRange part = isKnown ? null : state.range(current);
        ByteRange sent = part != null ? part : new ByteRange(0, state.size());
        Response response = new Response(isKnown ? 304 : part != null ? 206 : 200)
                .with("Last-Modified", state.lastModified())
                .with("ETag", state.etag())
                .with("Accept-Ranges", "bytes");
        if (!isKnown) {
            response.with("Content-Type", file.contentType())
                    .with("X-Content-Type-Options", "nosniff")
                    .with("Content-Length", Long.toString(sent.byteCount()));
        }
        if (part != null) {
            response.with("Content-Range", part.contentRange(state.size()));
        }
        writer.write(response.head(current.isPersistent()));
        if (isKnown || current.isHead() || sent.byteCount() == 0) {
            return CompletableFuture.completedFuture(null);
        }
        return Delivery.begin(writer, file, sent).whenComplete((done, failure) -> hasFailed = failure != null);
    }

    private CompletableFuture<Void> sendFailure(Request current, Throwable failure) {
        if (hasFailed) {
            return CompletableFuture.failedFuture(failure);
        }
        answerBy(
                current,
                failure instanceof HttpException http
                        ? Response.of(http)
                        : Response.text(500, "the file could not be read"));
        return failure instanceof HttpException || failure instanceof IllegalStateException
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(failure);
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- the end

    @Override
    public Duration drainTimeout() {
        return DRAIN_TIMEOUT;
    }

    /** Looks at what the client has sent, which may be half a line. */
    @Override
    public Then idle(Duration timeout) {
        isLate = true;
        return Then.READ_ON;
    }

    /** Tells a client that has sent part of a request; one between two requests needs no word. */
    private Then tellLate(byte[] unread) {
        if (request != null || !head.isEmpty() || unread.length > 0) {
            refuse(new HttpException(408, "the rest of the request did not come in time"));
        }
        return Then.END;
    }

    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (hasFailed) {
            writer.abort(); // an orderly end might be taken for the end of the file
        } else if (failure instanceof LimitOverrunException) {
            refuse(head.overlong());
            return CompletableFuture.completedFuture(null);
        } else if (failure instanceof BareLineEndingException) {
            refuse(new HttpException(400, "lines end with CR LF"));
            return CompletableFuture.completedFuture(null);
        } else if (failure instanceof IncompleteReadException) {
            return CompletableFuture.completedFuture(null); // clients may leave at any time
        }
        return CompletableFuture.failedFuture(failure);
    }
}
