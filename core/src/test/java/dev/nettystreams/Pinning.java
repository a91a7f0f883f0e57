package dev.nettystreams;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs code where it pins its thread on every Java version: inside a class initializer, which native code calls. Each
 * run loads a class of its own. Only one run at a time.
 */
public final class Pinning {
    private static volatile Runnable code = () -> {};

    private Pinning() {}

    /** Loaded anew for each run. */
    static final class Initializer {
        static {
            Pinning.runCode();
        }

        private Initializer() {}
    }

    /** Public for the initializer, which the JVM treats as being in another package. */
    public static void runCode() {
        code.run();
    }

    static <T> T call(Callable<T> pinned) throws Exception {
        FutureTask<T> task = new FutureTask<>(pinned);
        code = task;
        Class.forName(Initializer.class.getName(), true, new Loader());
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static final class Loader extends ClassLoader {
        Loader() {
            super(Pinning.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.equals(Initializer.class.getName()) ? define(name) : super.loadClass(name, resolve);
        }

        private Class<?> define(String name) {
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
