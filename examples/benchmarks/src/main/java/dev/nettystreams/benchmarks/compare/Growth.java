package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The points at which the cost of an echo is measured as work grows: along each axis one quantity grows, and the others
 * stay.
 */
public final class Growth {
    /** The largest number of connections. */
    public static final int MOST_CONNECTIONS = 10_000;

    private static final int SMALL_BYTES = 64;
    private static final int CONNECTIONS_OF_LOOPS = 128;
    private static final int CONNECTIONS_OF_BYTES = 16;

    private final List<Point> points;

    /** The quantities that grow. */
    enum Axis {
        CONNECTIONS("connections", "messages of 64 B, 1 event loop"),
        LOOPS("event loops", "messages of 64 B, 128 connections"),
        BYTES("bytes of a message", "16 connections, 1 event loop");

        /** The quantity with its unit. */
        final String quantity;

        /** The quantities that stay. */
        final String others;

        Axis(String quantity, String others) {
            this.quantity = quantity;
            this.others = others;
        }
    }

    /**
     * A place on an axis.
     *
     * @param axis the quantity that grows
     * @param size its size here
     * @param workload the load to measure
     */
    record Point(Axis axis, int size, Workload workload) {}

    /**
     * Creates the points of all axes.
     *
     * @param mostConnections the largest number of connections that this process may open to each of two servers
     */
    public Growth(int mostConnections) {
        List<Point> all = new ArrayList<>();
        for (int count = 1; count < mostConnections; count *= 10) {
            all.add(point(Axis.CONNECTIONS, count, SMALL_BYTES, count, 1));
        }
        all.add(point(Axis.CONNECTIONS, mostConnections, SMALL_BYTES, mostConnections, 1));
        for (int byteCount : new int[] {64, 1024, 8192, 65536, 262_144, 1_048_576}) {
            all.add(point(Axis.BYTES, byteCount, byteCount, Math.min(CONNECTIONS_OF_BYTES, mostConnections), 1));
        }
        for (int loops : new int[] {1, 2, 4}) {
            all.add(point(Axis.LOOPS, loops, SMALL_BYTES, Math.min(CONNECTIONS_OF_LOOPS, mostConnections), loops));
        }
        points = List.copyOf(all);
    }

    private static Point point(Axis axis, int size, int byteCount, int connectionCount, int loops) {
        String name = axis.name().toLowerCase(Locale.ROOT) + "-" + size;
        return new Point(axis, size, Workload.echo(name, byteCount, connectionCount, loops));
    }

    /**
     * Returns the load at each point.
     *
     * @return each with a name of its own
     */
    public List<Workload> workloads() {
        return points.stream().map(Point::workload).toList();
    }

    List<Point> points(Axis axis) {
        return points.stream().filter(point -> point.axis() == axis).toList();
    }
}
