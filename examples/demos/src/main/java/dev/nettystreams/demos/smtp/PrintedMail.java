package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Prints mails, one after the other, without what would play tricks on a terminal. */
final class PrintedMail implements Delivery {
    private final PrintStream out;

    /** Standard output may be a pipe that nobody empties: an event loop must not wait for it. */
    private final ExecutorService printer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "print-mail");
        thread.setDaemon(true);
        return thread;
    });

    PrintedMail(PrintStream out) {
        this.out = out;
    }

    @Override
    public CompletableFuture<Void> deliver(Mail mail) {
        return CompletableFuture.runAsync(() -> print(mail), printer);
    }

    private void print(Mail mail) {
        String text = new String(mail.content(), UTF_8).replace("\r\n", "\n").replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
        out.println("---- mail from <" + mail.sender() + "> to <" + String.join(">, <", mail.recipients()) + ">");
        out.print(text);
        out.println("---- end of mail");
        if (out.checkError()) {
            throw new UncheckedIOException(new IOException("could not write to standard output"));
        }
    }
}
