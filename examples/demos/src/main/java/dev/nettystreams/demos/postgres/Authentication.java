package dev.nettystreams.demos.postgres;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * The exchange from the first message of the protocol proper until the server accepts queries.
 *
 * <pre>
 *   StartupMessage
 *     |
 *   the server's request
 *     |-- none: Ok ---------------------------------------------------------------------------\
 *     |-- the password in plaintext, under TLS only: PasswordMessage ------------------- Ok --|
 *     \-- SASL: SASLInitialResponse -- Continue: SASLResponse -- Final, verified ------- Ok --|
 *                                                                                              v
 *                                                             BackendKeyData, ReadyForQuery: done
 * </pre>
 *
 * Each state accepts only the messages in the picture; an error from the server or any other message ends the login. An
 * Ok without a Final before it is refused: the Final proves that the server knows the password too.
 */
final class Authentication {
    private static final int OK = 0;
    private static final int CLEARTEXT_PASSWORD = 3;
    private static final int MD5_PASSWORD = 5;
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private final MessageStream messages;
    private final Login login;

    Authentication(MessageStream messages, Login login) {
        this.messages = messages;
        this.login = login;
    }

    void run() throws IOException, InterruptedException, TimeoutException, ReportedException {
        messages.send(FrontendMessages.startup(login.user(), login.database()));
        BackendMessage request = receive('R');
        int method = request.int32();
        if (login.requiresBinding() && method != SASL) {
            throw new IOException("the server asks for authentication " + method
                    + ", which is without the channel binding that --require-channel-binding insists on");
        }
        switch (method) {
            case OK -> request.end();
            case CLEARTEXT_PASSWORD -> password(request);
            case SASL -> sasl(request);
            case MD5_PASSWORD ->
                throw new IOException("the server asks for an MD5 password, which is refused:"
                        + " anyone who reads it can log in with it; configure the server for scram-sha-256");
            default ->
                throw new IOException("the server asks for authentication " + method + ", which is not known here");
        }
        BackendMessage key = receive('K', 'Z');
        if (key.type() == 'K') {
            receive('Z');
        }
    }

    private void password(BackendMessage request)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        request.end();
        if (messages.tlsSession() == null) {
            throw new IOException("the server asks for the password in clear, which is refused without TLS");
        }
        messages.send(FrontendMessages.password(login.password()));
        receiveAuthentication(OK).end();
    }

    private void sasl(BackendMessage request)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        List<String> mechanisms = new ArrayList<>();
        for (String name = request.string(); !name.isEmpty(); name = request.string()) {
            mechanisms.add(name);
        }
        request.end();
        ScramExchange scram =
                ScramExchange.begin(mechanisms, login.password(), messages.tlsSession(), login.requiresBinding());
        messages.send(FrontendMessages.saslInitialResponse(scram.mechanism(), scram.first()));
        messages.send(FrontendMessages.saslResponse(
                scram.answer(receiveAuthentication(SASL_CONTINUE).rest())));
        scram.verify(receiveAuthentication(SASL_FINAL).rest());
        receiveAuthentication(OK).end();
    }

    private BackendMessage receiveAuthentication(int due)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        BackendMessage message = receive('R');
        int code = message.int32();
        if (code != due) {
            throw new BackendProtocolException("authentication message " + code + " where " + due + " was due"
                    + (code == OK ? ": it has not proved that it knows the password" : ""));
        }
        return message;
    }

    private BackendMessage receive(char... due)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        return messages.receive("while logging in", due);
    }
}
