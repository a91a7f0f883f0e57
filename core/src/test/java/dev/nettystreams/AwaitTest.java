package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A2, A3: the results, exceptions and refusals of {@code await}. */
class AwaitTest {
    @Test
    void await_throwsTheFailureAsItIs_withTheAwaitingFrame() {
        IOException gone = new IOException("gone");
        assertThatThrownBy(() -> Await.await(CompletableFuture.failedFuture(gone)))
                .isSameAs(gone);
        StackTraceElement[] trace = gone.getSuppressed()[0].getStackTrace();
        assertThat(trace).anyMatch(frame -> frame.getClassName().startsWith(AwaitTest.class.getName()));
    }

    @Test
    void await_ofADependentStage_throwsTheFailureItself() {
        IOException gone = new IOException("gone");
        CompletableFuture<Object> dependent =
                CompletableFuture.failedFuture(gone).thenApply(x -> x);
        assertThatThrownBy(() -> Await.await(dependent)).isSameAs(gone);
    }

    @Test
    void await_throwsCheckedAndUncheckedAndErrors() {
        for (Throwable each :
                List.of(new Exception("checked"), new IllegalStateException("unchecked"), new StackOverflowError())) {
            assertThatThrownBy(() -> Await.await(CompletableFuture.failedFuture(each)))
                    .isSameAs(each);
        }
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        cancelled.cancel(false);
        assertThatThrownBy(() -> Await.await(cancelled)).isInstanceOf(CancellationException.class);
        CompletableFuture<String> late = new CompletableFuture<String>().orTimeout(1, TimeUnit.MILLISECONDS);
        assertThatThrownBy(() -> Await.await(late)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void await_ofASharedFailure_collectsFewTraces() {
        IOException gone = new IOException("gone");
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> Await.await(CompletableFuture.failedFuture(gone)))
                    .isSameAs(gone);
        }
        assertThat(gone.getSuppressed()).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void await_onTheLoop_throwsAtOnce_andSaysWhatToDo() {
        ManualLoop loop = new ManualLoop();
        loop.run(() -> assertThatThrownBy(() -> Await.await(new CompletableFuture<>()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("event loop")
                .hasMessageContaining("onVirtualThreads"));
        assertThatThrownBy(() -> Await.await(CompletableFuture.failedFuture(new IOException("off the loop"))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void await_interrupted_cancelsTheRead_whichTakesNothing() throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            CompletableFuture<byte[]> read = pair.near().reader().readExactly(4);
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread waiter = new Thread(() -> {
                try {
                    Await.await(read);
                } catch (Throwable e) {
                    outcome.complete(e);
                }
            });
            waiter.start();
            waiter.interrupt();
            assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(read).isCancelled();
            pair.far().writer().write(Latin1.bytes("data"));
            assertThat(pair.near().reader().readExactly(4).get(10, TimeUnit.SECONDS))
                    .asString()
                    .isEqualTo("data");
        }
    }

    @Test
    void await_interruptedButComplete_givesTheResult_andStaysInterrupted() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(Await.await(CompletableFuture.completedFuture("result"))).isEqualTo("result");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void await_interruptedWhileItCompletes_givesTheResult_andStaysInterrupted() throws Exception {
        CompletableFuture<String> completesWhenCancelled = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                complete("result");
                return false;
            }
        };
        Thread.currentThread().interrupt();
        assertThat(Await.await(completesWhenCancelled)).isEqualTo("result");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void onThreads_runsTheHandlerWhereItMayAwait() throws Exception {
        assertThat(echo(Await.onThreads(AwaitTest::echoOneLine))).isEqualTo("hello\n");
    }

    @Test
    void lambda_runsTheHandlerWhereItMayAwait() throws Exception {
        assertThat(echo(AwaitTest::echoOneLine)).isEqualTo("hello\n");
    }

    @Test
    void onVirtualThreads_runsTheHandlerOnOne_orSaysWhatItNeeds() throws Exception {
        if (Runtime.version().feature() < 21) {
            System.out.println(
                    "virtual threads: skipped on Java " + Runtime.version().feature());
            assertThatThrownBy(() -> Await.onVirtualThreads(AwaitTest::echoOneLine))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Java 21");
            return;
        }
        List<Thread> threads = new ArrayList<>();
        CountDownLatch noted = new CountDownLatch(1);
        assertThat(echo(Await.onVirtualThreads((reader, writer) -> {
                    threads.add(Thread.currentThread());
                    noted.countDown();
                    echoOneLine(reader, writer);
                })))
                .isEqualTo("hello\n");
        assertThat(noted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.get(0).getClass().getName()).contains("Virtual");
    }

    @Test
    void lines_iterateToTheEnd_theLastOneIncluded() throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            pair.far().writer().write(Latin1.bytes("a\n\nlast"));
            pair.far().close();
            List<String> lines = new ArrayList<>();
            for (byte[] line : pair.near().reader().lines()) {
                lines.add(new String(line, StandardCharsets.US_ASCII));
            }
            assertThat(lines).containsExactly("a\n", "\n", "last");
        }
    }

    private static void echoOneLine(StreamReader reader, StreamWriter writer) throws Exception {
        writer.write(Await.await(reader.readLine()));
        Await.await(writer.drain());
    }

    private static String echo(ConnectionHandler handler) throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            CompletableFuture<Void> over = pair.near().serve(handler, FailureReporter.LOGGING);
            pair.far().writer().write(Latin1.bytes("hello\n"));
            byte[] answer = pair.far().reader().readAll(99).get(10, TimeUnit.SECONDS);
            pair.far().close();
            over.get(10, TimeUnit.SECONDS);
            return new String(answer, StandardCharsets.US_ASCII);
        }
    }

    /** Between the claim and the result, only the loop holds the bytes. */
    @Test
    void interruptAfterTheClaim_losesNoBytes() throws Exception {
        Claimable<String> claimed = new Claimable<>();
        assertThat(claimed.claim()).isTrue();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                Thread.currentThread().interrupt();
                outcome.complete(Await.await(claimed) + ", interrupted: " + Thread.interrupted());
            } catch (Exception e) {
                outcome.completeExceptionally(e);
            }
        });
        thread.start();
        while (thread.getState() == Thread.State.RUNNABLE || thread.getState() == Thread.State.NEW) {
            Thread.onSpinWait();
        }
        claimed.succeed("the bytes");
        assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("the bytes, interrupted: true");
    }

    /** Completing a read by hand wakes the thread that awaits it. */
    @Test
    void await_ofARead_thatItsHolderSettles_returns() throws Exception {
        List<Consumer<CompletableFuture<byte[]>>> ways = List.of(
                read -> read.complete(new byte[1]),
                read -> read.completeExceptionally(new IOException("by hand")),
                read -> read.cancel(false),
                read -> read.completeAsync(() -> new byte[2]),
                read -> read.completeAsync(() -> {
                    throw new IllegalStateException("no value");
                }));
        for (Consumer<CompletableFuture<byte[]>> way : ways) {
            CompletableFuture<byte[]> read = new Bench().reader.readLine();
            CompletableFuture<Boolean> outcome = new CompletableFuture<>();
            Thread waiting = new Thread(() -> {
                try {
                    outcome.complete(Await.await(read).length > 0);
                } catch (Exception e) {
                    outcome.complete(false);
                }
            });
            waiting.start();
            while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            way.accept(read);
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo(!read.isCompletedExceptionally());
        }
    }
}
