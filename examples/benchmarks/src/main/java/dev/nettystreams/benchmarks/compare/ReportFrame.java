package dev.nettystreams.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** The text around the tables of a report, within the width of a terminal: the machine before, the remarks after. */
final class ReportFrame {
    private static final int WIDTH = 100;
    private static final String INDENT = "    ";

    private ReportFrame() {}

    static List<String> around(Report report, List<String> tables) {
        List<String> lines = new ArrayList<>();
        report.facts().forEach((name, value) -> addWrapped(lines, name + ": " + value));
        addWrapped(lines, "command: " + report.command());
        lines.addAll(tables);
        if (!report.leftOut().isEmpty()) {
            lines.add("");
            lines.add("Left out:");
            report.leftOut().forEach(line -> addWrapped(lines, "  " + line));
        }
        lines.add("");
        report.remarks().forEach(remark -> addWrapped(lines, remark));
        return lines;
    }

    /** Adds a text in lines that end between words. */
    private static void addWrapped(List<String> lines, String text) {
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(INDENT).append(word);
            } else {
                line.append(line.isEmpty() ? "" : " ").append(word);
            }
        }
        lines.add(line.toString());
    }
}
