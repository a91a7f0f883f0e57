package dev.nettystreams.demos.smtp;

import java.util.concurrent.CompletableFuture;

/** The destination of the server's mail. */
interface Delivery {
    /**
     * Stores a mail.
     *
     * @param mail the mail; its sender gets a positive reply when the future completes
     * @return completes when the mail is safely stored; fails if it cannot be
     */
    CompletableFuture<Void> deliver(Mail mail);
}
