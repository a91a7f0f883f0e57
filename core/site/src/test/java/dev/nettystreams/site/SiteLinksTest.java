package dev.nettystreams.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteLinksTest {
    @TempDir
    Path site;

    private void page(String name, String body) throws Exception {
        Path file = site.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "<html><body>" + body + "</body></html>");
    }

    private SiteLinks links() throws Exception {
        return SiteLinks.of(site);
    }

    @Test
    void liveLinks_areFine() throws Exception {
        page("index.html", "<a href=\"core/A.html#%3Cinit%3E(int,java.util.List)\">a</a> <a href=\"#\">top</a>");
        page("core/A.html", "<a id=\"&lt;init&gt;(int,java.util.List)\"></a> <a href=\"../index.html\">up</a>");
        assertThat(links().dead()).isEmpty();
        assertThat(links().pageCount()).isEqualTo(2);
        assertThat(links().linkCount()).isEqualTo(3);
    }

    @Test
    void missingPage_isDead() throws Exception {
        page("index.html", "<a href=\"core/A.html\">a</a>");
        assertThat(links().dead()).containsExactly("index.html: dead link: core/A.html");
    }

    @Test
    void missingAnchor_isDead_onAnotherPageAndOnItsOwn() throws Exception {
        page("index.html", "<a href=\"core/A.html#b\">a</a> <a href=\"#c\">c</a>");
        page("core/A.html", "<a id=\"a\"></a>");
        assertThat(links().dead())
                .containsExactlyInAnyOrder("index.html: dead link: core/A.html#b", "index.html: dead link: #c");
    }

    @Test
    void missingStyleSheet_isDead() throws Exception {
        page("index.html", "<script src=\"script.js\"></script><link href=\"style.css\">");
        Files.writeString(site.resolve("script.js"), "");
        assertThat(links().dead()).containsExactly("index.html: dead link: style.css");
    }

    @Test
    void linksToOtherSites_areReturnedAndNotFollowed() throws Exception {
        page("index.html", "<a href=\"https://example.org/A.html?a=b&amp;c=d\">a</a>");
        assertThat(links().dead()).isEmpty();
        assertThat(links().from("index.html")).containsExactly("https://example.org/A.html?a=b&c=d");
        assertThat(links().from("other.html")).isEmpty();
    }
}
