package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.demos.OneLine;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Prints mails one after the other, without characters that would affect a terminal. */
final class PrintedMail implements Delivery {
    /** The maximum number of mails that wait for a pipe that no one reads. */
    private static final int MOST_WAITING = 4;

    private final PrintStream out;

    /** Standard output may be a pipe that no one reads, and an event loop must not wait for it. */
    private final ExecutorService printer =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                Thread thread = new Thread(task, "print-mail");
                thread.setDaemon(true);
                return thread;
            });

    PrintedMail(PrintStream out) {
        this.out = out;
    }

    @Override
    public CompletableFuture<Void> deliver(Mail mail) {
        try {
            return CompletableFuture.runAsync(() -> print(mail), printer);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new IOException("no one reads standard output", e));
        }
    }

    private void print(Mail mail) {
        out.println("---- mail from <" + mail.sender() + "> to <" + String.join(">, <", mail.recipients()) + ">");
        new String(mail.content(), UTF_8).lines().forEach(line -> out.println("| " + OneLine.printable(line)));
        out.println("---- end of mail");
        if (out.checkError()) {
            throw new UncheckedIOException(new IOException("could not write to standard output"));
        }
    }
}
