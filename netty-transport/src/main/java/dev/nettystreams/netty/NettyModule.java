package dev.nettystreams.netty;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * One of Netty's modules, as its jar describes itself.
 *
 * @param artifact the name of the Maven artifact
 * @param version the published version
 * @param location the jar or the directory
 */
record NettyModule(String artifact, String version, String location) {
    private static final String SELF_DESCRIPTION = "META-INF/io.netty.versions.properties";
    private static final String KEY_SUFFIX = ".version";

    /** The modules that the streams call, and the native libraries behind them. */
    private static final Set<String> CALLED = Set.of(
            "netty-common",
            "netty-buffer",
            "netty-resolver",
            "netty-transport",
            "netty-transport-native-unix-common",
            "netty-transport-classes-epoll",
            "netty-transport-classes-kqueue",
            "netty-transport-classes-io_uring",
            "netty-transport-native-epoll",
            "netty-transport-native-kqueue",
            "netty-transport-native-io_uring",
            "netty-codec",
            "netty-codec-base",
            "netty-handler");

    /**
     * Returns the modules that a class loader sees. If a module is there twice, the first one counts, as for its
     * classes. A shaded jar may have lost its description.
     */
    static Collection<NettyModule> seenBy(ClassLoader loader) {
        Map<String, NettyModule> modules = new LinkedHashMap<>();
        for (URL description : descriptions(loader)) {
            Properties properties = new Properties();
            try {
                URLConnection connection = description.openConnection();
                connection.setUseCaches(false); // a cached jar file stays open
                try (InputStream content = connection.getInputStream()) {
                    properties.load(content);
                }
            } catch (IOException | IllegalArgumentException e) {
                continue; // unreadable, as if it were missing
            }
            for (String key : properties.stringPropertyNames()) {
                if (key.endsWith(KEY_SUFFIX)) {
                    String artifact = key.substring(0, key.length() - KEY_SUFFIX.length());
                    if (CALLED.contains(artifact)) {
                        modules.putIfAbsent(
                                artifact,
                                new NettyModule(artifact, properties.getProperty(key), locationOf(description)));
                    }
                }
            }
        }
        return modules.values();
    }

    private static List<URL> descriptions(ClassLoader loader) {
        try {
            return Collections.list(loader.getResources(SELF_DESCRIPTION));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Returns the location without the scheme and without the name of the description. */
    private static String locationOf(URL description) {
        String text = description.toString();
        int end = text.indexOf(SELF_DESCRIPTION);
        String location = end < 0 ? text : text.substring(0, end);
        return location.replaceFirst("^(jar:)?file:/*(?=/)", "").replaceFirst("!?/$", "");
    }
}
