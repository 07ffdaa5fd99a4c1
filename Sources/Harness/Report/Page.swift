// The frame that all pages have: one file, without anything fetched from elsewhere, whose only script is PageScript.

/// A whole page in UTF-8.
struct Page {
    let bytes: [UInt8]

    /// What a browser may do with it: show it, and run the one script.
    private static let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src '\(PageScript.hash)'"

    /// - Parameters:
    ///   - styles: beside the sheet of all pages.
    ///   - refresh: a browser that shows the page asks for it again after so many seconds.
    ///   - body: between the tags of `main`.
    init(_ title: String, styles: [Markup] = [], refresh seconds: Int? = nil, body: Markup) {
        let refresh = seconds.map { seconds -> Markup in "<meta http-equiv=\"refresh\" content=\"\(seconds)\"/>\n" }
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            \(refresh ?? "")<title>\(title)</title>
            <style>
            \(ReportStyle.sheet)\(styles)</style>
            </head>
            <body>
            <main>
            \(body)</main>
            <script>\(Markup(stringLiteral: PageScript.text))</script>
            </body>
            </html>

            """
        bytes = Array(page.text.utf8)
    }
}
