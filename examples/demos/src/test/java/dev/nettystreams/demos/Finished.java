package dev.nettystreams.demos;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The status and output of a program that has ended. */
public final class Finished {
    private static final int TIMEOUT_SECONDS = 40;

    private final int status;
    private final byte[] out;
    private final String err;

    private Finished(int status, byte[] out, String err) {
        this.status = status;
        this.out = out;
        this.err = err;
    }

    /** Runs a command of the demos with some standard input. */
    public static Finished demo(byte[] input, String... arguments) throws Exception {
        return run(input, DemoProcess.commandLine(Main.class, arguments));
    }

    /** Runs any program with some standard input. */
    public static Finished run(byte[] input, List<String> command) throws Exception {
        Path in = Files.createTempFile("demo", ".in");
        Path out = Files.createTempFile("demo", ".out");
        Path err = Files.createTempFile("demo", ".err");
        try {
            Files.write(in, input);
            return new Finished(
                    status(command, in.toFile(), out.toFile(), err.toFile()),
                    Files.readAllBytes(out),
                    Files.readString(err));
        } finally {
            for (Path file : List.of(in, out, err)) {
                Files.delete(file);
            }
        }
    }

    private static int status(List<String> command, File in, File out, File err)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectInput(in)
                .redirectOutput(out)
                .redirectError(err)
                .start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("does not end: " + command);
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Returns the exit status. */
    public int status() {
        return status;
    }

    /** Returns standard output. */
    public byte[] out() {
        return out;
    }

    /** Returns standard error. */
    public String err() {
        return err;
    }

    /** Returns standard output as text. */
    public String text() {
        return new String(out, java.nio.charset.StandardCharsets.UTF_8);
    }
}
