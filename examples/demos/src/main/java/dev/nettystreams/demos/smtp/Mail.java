package dev.nettystreams.demos.smtp;

import java.util.List;

/**
 * One mail and its envelope.
 *
 * @param sender where reports of failure go; empty for a mail that is one
 * @param recipients one or more
 * @param content header and body, lines ended by CR LF, as they were before the sending added dots
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares mails
record Mail(String sender, List<String> recipients, byte[] content) {
    Mail {
        recipients = List.copyOf(recipients);
    }
}
