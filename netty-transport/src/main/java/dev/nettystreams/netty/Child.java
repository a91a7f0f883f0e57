package dev.nettystreams.netty;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import org.jspecify.annotations.Nullable;

/**
 * A process that has just started, and this side's ends of its pipes.
 *
 * <p>On Linux the pipes are ours ({@link ChildPipe}). The JDK closes its own when the child ends, with the output of a
 * grandchild that goes on; and it cannot end a read of one while a grandchild holds it. Elsewhere, and where Netty's
 * native library is missing, they are the JDK's.
 *
 * @param stdin null if it is redirected, like the two below
 * @param release for all of them
 */
record Child(
        Process process,
        @Nullable OutputStream stdin,
        @Nullable InputStream stdout,
        @Nullable InputStream stderr,
        Release release) {

    /** Blocks until the process runs. */
    static Child start(ProcessBuilder builder) throws IOException {
        return ChildPipe.areAvailable() ? startOverOwnPipes(builder) : startOverPipesOfTheJdk(builder);
    }

    private static Child startOverPipesOfTheJdk(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        return new Child(
                process,
                isPipe(builder.redirectInput()) ? process.getOutputStream() : null,
                isPipe(builder.redirectOutput()) ? process.getInputStream() : null,
                hasPipeForErrors(builder) ? process.getErrorStream() : null,
                Release.CLOSE_AFTER_CALL);
    }

    private static Child startOverOwnPipes(ProcessBuilder builder) throws IOException {
        try (ChildPipe in = pipeIf(isPipe(builder.redirectInput()));
                ChildPipe out = pipeIf(isPipe(builder.redirectOutput()));
                ChildPipe err = pipeIf(hasPipeForErrors(builder))) {
            if (in != null) {
                builder.redirectInput(in.readEnd());
            }
            if (out != null) {
                builder.redirectOutput(out.writeEnd());
            }
            if (err != null) {
                builder.redirectError(err.writeEnd());
            }
            OutputStream stdin = null;
            InputStream stdout = null;
            InputStream stderr = null;
            try {
                stdin = in == null ? null : in.openWriteEnd();
                stdout = out == null ? null : out.openReadEnd();
                stderr = err == null ? null : err.openReadEnd();
                return new Child(builder.start(), stdin, stdout, stderr, Release.CLOSE);
            } catch (Throwable e) { // any failure: nobody else closes them
                closeQuietly(stdin, stdout, stderr);
                throw e;
            }
        }
    }

    private static @Nullable ChildPipe pipeIf(boolean isWanted) throws IOException {
        return isWanted ? ChildPipe.open() : null;
    }

    private static boolean isPipe(Redirect redirect) {
        return redirect.equals(Redirect.PIPE);
    }

    private static boolean hasPipeForErrors(ProcessBuilder builder) {
        return isPipe(builder.redirectError()) && !builder.redirectErrorStream();
    }

    /** Kills the process and closes the pipes: nobody wants them. */
    void abandon() {
        process.destroyForcibly();
        closeQuietly(stdin, stdout, stderr);
    }

    private static void closeQuietly(@Nullable Closeable... ends) {
        for (Closeable end : ends) {
            if (end != null) {
                DirectionThread.closeQuietly(end);
            }
        }
    }
}
