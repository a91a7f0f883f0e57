package dev.nettystreams.demos.files;

import java.util.List;

/** A directory as a web page. */
final class Listing {
    private Listing() {}

    /**
     * Returns the page.
     *
     * @param directory the decoded names of the path
     * @param entries the names in the directory; those of directories end with a slash
     */
    static String page(List<String> directory, List<String> entries) {
        String title = escaped("/" + String.join("/", directory) + (directory.isEmpty() ? "" : "/"));
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>")
                .append(title)
                .append("</title></head>\n<body><h1>")
                .append(title)
                .append("</h1>\n<ul>\n");
        if (!directory.isEmpty()) {
            page.append("<li><a href=\"../\">../</a></li>\n");
        }
        for (String entry : entries) {
            boolean isDirectory = entry.endsWith("/");
            String name = isDirectory ? entry.substring(0, entry.length() - 1) : entry;
            page.append("<li><a href=\"./") // a name with a colon would be a scheme
                    .append(escaped(UrlPath.encode(name)))
                    .append(isDirectory ? "/" : "")
                    .append("\">")
                    .append(escaped(entry))
                    .append("</a></li>\n");
        }
        return page.append("</ul></body></html>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
