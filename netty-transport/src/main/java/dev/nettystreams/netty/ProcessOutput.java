package dev.nettystreams.netty;

/** All that a process has written, and its exit status: the result of {@link StreamProcess#communicate}. */
public final class ProcessOutput {
    private final byte[] stdout;
    private final byte[] stderr;
    private final int exitStatus;

    ProcessOutput(byte[] stdout, byte[] stderr, int exitStatus) {
        this.stdout = stdout;
        this.stderr = stderr;
        this.exitStatus = exitStatus;
    }

    /**
     * Returns the bytes of standard output.
     *
     * @return the bytes, which belong to the caller; none if standard output was redirected
     */
    public byte[] stdout() {
        return stdout;
    }

    /**
     * Returns the bytes of standard error.
     *
     * @return the bytes, which belong to the caller; none if standard error was redirected
     */
    public byte[] stderr() {
        return stderr;
    }

    /**
     * Returns the exit status, as {@link Process#exitValue} does.
     *
     * @return zero by convention for success; on Unix, 128 and the signal's number for a process that a signal ended
     */
    public int exitStatus() {
        return exitStatus;
    }

    @Override
    public String toString() {
        return "ProcessOutput[exitStatus=" + exitStatus + ", stdout=" + stdout.length + " bytes, stderr="
                + stderr.length + " bytes]";
    }
}
