package dev.nettystreams.demos.smtp;

import java.util.List;

/**
 * One mail and its envelope.
 *
 * @param sender the address for delivery failures; empty for a mail that reports one
 * @param recipients one or more addresses
 * @param content header and body, lines ended by CR LF, without the dots that the sending added
 */
@SuppressWarnings("ArrayRecordComponent") // mails are never compared
record Mail(String sender, List<String> recipients, byte[] content) {
    Mail {
        recipients = List.copyOf(recipients);
    }
}
