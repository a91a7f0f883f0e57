package dev.nettystreams.benchmarks.compare;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.internal.chartpart.Chart;

/** Charts of one size as one picture, in rows of at most three. */
public final class ChartFiles {
    private static final int MOST_IN_A_ROW = 3;

    /** Pixels of the bitmap for each point. */
    private static final int SCALE = 2;

    private ChartFiles() {}

    /**
     * Writes PREFIX.png and PREFIX.svg, unless there is nothing to show.
     *
     * @param charts of the same size
     * @param prefix the path without its ending
     * @return whether there was something to show
     * @throws IOException if a file cannot be written
     */
    public static boolean write(List<Chart<?, ?>> charts, Path prefix) throws IOException {
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false); // its cache of files needs a shutdown hook, and after Ctrl-C it is too late for one
        if (charts.isEmpty()) {
            return false;
        }
        int columns = columns(charts);
        int rows = (charts.size() + columns - 1) / columns;
        int width = columns * charts.get(0).getWidth();
        int height = rows * charts.get(0).getHeight();
        BufferedImage bitmap = new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = bitmap.createGraphics();
        pen.scale(SCALE, SCALE);
        paint(charts, pen);
        pen.dispose();
        try (OutputStream target = Files.newOutputStream(Path.of(prefix + ".png"))) {
            ImageIO.write(bitmap, "png", target);
        }
        VectorGraphics2D drawing = new VectorGraphics2D();
        paint(charts, drawing);
        Document svg = Processors.get("svg").getDocument(drawing.getCommands(), new PageSize(0, 0, width, height));
        try (OutputStream target = Files.newOutputStream(Path.of(prefix + ".svg"))) {
            svg.writeTo(target);
        }
        return true;
    }

    /** Wide charts stand below one another. */
    private static int columns(List<Chart<?, ?>> charts) {
        return charts.get(0).getWidth() > 800 ? 1 : Math.min(MOST_IN_A_ROW, charts.size());
    }

    private static void paint(List<Chart<?, ?>> charts, Graphics2D pen) {
        int columns = columns(charts);
        int column = 0;
        for (Chart<?, ?> chart : charts) {
            chart.paint(pen, chart.getWidth(), chart.getHeight());
            column++;
            pen.translate(chart.getWidth(), 0);
            if (column == columns) {
                pen.translate(-column * chart.getWidth(), chart.getHeight());
                column = 0;
            }
        }
    }
}
