package dev.nettystreams.demos.postgres;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The user and the database of a login.
 *
 * @param user the role
 * @param database the name of the database
 * @param givenPassword the password, or null if none was given
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
