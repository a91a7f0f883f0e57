package dev.nettystreams.demos.files;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ServerCommand;
import dev.nettystreams.netty.NettyStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code serve-files}: a web server for a directory. */
@Command(
        name = "serve-files",
        mixinStandardHelpOptions = true,
        description = {
            "Serves the files of a directory over HTTP/1.1, on port " + FileServer.PORT + " by default: GET and HEAD,",
            "ranges, conditional requests, keep-alive and pipelining, directory listings. Symbolic links that lead out",
            "of the directory do not exist for clients, and neither do names that begin with a dot."
        })
public final class FileServer extends ServerCommand {
    static final int PORT = 8000;

    private static final int DISK_THREADS = 8;

    @Parameters(paramLabel = "DIR", description = "The directory to serve.")
    private Path directory = Path.of(".");

    @Option(names = "--hidden", description = "Serve names that begin with a dot, too, such as .well-known.")
    private boolean servesHidden;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private Site site;

    private final Executor disk = diskThreads();

    FileServer() {
        super(PORT);
    }

    private static Executor diskThreads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                DISK_THREADS, DISK_THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "disk");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** One for the client and one for the file. */
    @Override
    protected int descriptorsPerConnection() {
        return 2;
    }

    @Override
    protected void prepare(NettyStreams streams) {
        try {
            site = new Site(directory, servesHidden);
        } catch (IOException e) {
            throw misuse("not a directory: " + directory);
        }
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return new HttpDialogue(reader, writer, site, disk);
    }
}
