package dev.nettystreams.demos.smtp;

import java.util.concurrent.CompletableFuture;

/** Where the server's mails go. */
interface Delivery {
    /**
     * Takes a mail.
     *
     * @param mail the sender is told that it has arrived when this completes
     * @return completes when the mail is safe; fails if it is not
     */
    CompletableFuture<Void> deliver(Mail mail);
}
