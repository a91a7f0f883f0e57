package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A directory that mail programs read: each mail is a file, written in {@code tmp} and moved to {@code new} when it is
 * complete and on disk. Lines end with LF there.
 */
final class Maildir implements Delivery {
    private final Path directory;
    private final AtomicLong deliveries = new AtomicLong();

    private Maildir(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a directory for mail.
     *
     * @param directory created if it does not exist
     */
    static Maildir in(Path directory) throws IOException {
        for (String part : new String[] {"tmp", "new", "cur"}) {
            Files.createDirectories(directory.resolve(part));
        }
        return new Maildir(directory);
    }

    /** Writes files on a thread where blocking does no harm. */
    @Override
    public CompletableFuture<Void> deliver(Mail mail) {
        return CompletableFuture.runAsync(() -> store(mail));
    }

    private void store(Mail mail) {
        String name = uniqueName();
        Path unfinished = directory.resolve("tmp").resolve(name);
        try {
            try {
                write(unfinished, header(mail) + new String(mail.content(), ISO_8859_1).replace("\r\n", "\n"));
                Files.move(unfinished, directory.resolve("new").resolve(name), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not store a mail: " + e.getMessage(), e);
        }
    }

    private static String header(Mail mail) {
        return "Return-Path: <" + mail.sender() + ">\nDelivered-To: " + String.join(", ", mail.recipients()) + "\n";
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, ISO_8859_1, StandardOpenOption.CREATE_NEW);
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    private String uniqueName() {
        Instant now = Instant.now();
        return now.getEpochSecond() + ".M" + now.getNano() / 1000 + "P"
                + ProcessHandle.current().pid() + "Q" + deliveries.incrementAndGet() + ".localhost";
    }
}
