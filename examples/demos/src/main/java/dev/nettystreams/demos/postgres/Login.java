package dev.nettystreams.demos.postgres;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to be let in, and where.
 *
 * @param user the role
 * @param database its name
 * @param givenPassword null if there is none
 * @param requiresBinding whether to refuse a login that is not bound to the server's certificate
 */
record Login(String user, String database, @Nullable String givenPassword, boolean requiresBinding) {
    String password() throws IOException {
        if (givenPassword == null || givenPassword.isEmpty()) {
            throw new IOException("the server asks for a password: give it by PGPASSWORD or --password");
        }
        return givenPassword;
    }

    @Override
    public String toString() {
        return "Login[" + user + ", " + database + "]";
    }
}
