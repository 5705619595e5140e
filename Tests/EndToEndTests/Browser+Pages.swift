import Foundation
import Testing

/// What every test of a page does and asks.
extension Browser {
    /// Signs in as people do, and waits for the page that it leads to.
    func signIn(_ installation: Installation, as name: String, password: String, to path: String) throws {
        try open("\(installation.address)/sign-in?next=\(path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? path)")
        try type(name, into: "input[name=name]")
        try type(password, into: "input[name=password]")
        try click("#sign-in button")
        try waitUntil("the way to \(path)", "!location.pathname.startsWith('/sign-in') && document.readyState === 'complete'")
    }

    /// The console said nothing, all came from our own host, and nothing keeps anybody from using the page.
    func expectSound(_ installation: Installation, _ page: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let (lines, hosts, problems) = (try consoleLines(), try hosts(), try accessProblems())
        #expect(lines == [], "\(page)", sourceLocation: sourceLocation)
        #expect(hosts == ["127.0.0.1:\(installation.port)"], "\(page)", sourceLocation: sourceLocation)
        #expect(problems == [], "\(page)", sourceLocation: sourceLocation)
    }

    /// Pictures of the page at both widths, and that it fits into each.
    func shoot(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (width, height) in [(1280, 900), (390, 844)] {
            try resize(width: width, height: height)
            _ = try run("const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(done));")
            let overflow = try value("return document.documentElement.scrollWidth - document.documentElement.clientWidth") as? Int
            #expect(overflow == 0, "\(name) is wider than \(width) pixels", sourceLocation: sourceLocation)
            try screenshot("\(name)-\(width)")
        }
        try resize(width: 1280, height: 900)
    }

    /// Contrast under WCAG AA, fields and buttons without a name, pictures without words, ids given twice, headings that skip a level.
    func accessProblems() throws -> [String] { try value(Self.accessScript) as? [String] ?? ["the page cannot be examined"] }

    private static let accessScript = #"""
        const problems = [];
        const seen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.unseen, .skip');
        const name = element => `<${element.tagName.toLowerCase()}${element.id ? ' #' + element.id : ''} ${element.className?.baseVal ?? element.className}> '${element.textContent.trim().slice(0, 30)}'`;
        const parse = text => { const parts = text.match(/[\d.]+/g).map(Number); return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 }; };
        const light = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = element => {
          const layers = [];
          for (let e = element; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.alpha > 0) layers.push(c); if (c.alpha === 1) break; }
          let rgb = matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
          for (const layer of layers.reverse()) rgb = rgb.map((v, i) => v * (1 - layer.alpha) + layer.rgb[i] * layer.alpha);
          return rgb;
        };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const texts = new Set();
        while (walker.nextNode()) if (walker.currentNode.data.trim() && walker.currentNode.parentElement) texts.add(walker.currentNode.parentElement);
        for (const element of texts) {
          if (!seen(element) || element.closest('svg, option, [disabled], script, style, noscript')) continue;
          const style = getComputedStyle(element);
          const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
          const [a, b] = [light(parse(style.color).rgb), light(ground(element))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < (isLarge ? 3 : 4.5)) problems.push(`contrast ${ratio.toFixed(2)} of ${name(element)}`);
        }
        for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
          if (seen(field) && !field.labels?.length && !field.getAttribute('aria-label') && !field.getAttribute('aria-labelledby')) problems.push(`no label: ${name(field)} ${field.name}`);
        }
        for (const control of document.querySelectorAll('button, a[href], [role=button], summary')) {
          if (seen(control) && !control.textContent.trim() && !control.getAttribute('aria-label') && !control.querySelector('img[alt]:not([alt=""])')) problems.push(`no name: ${name(control)}`);
        }
        for (const picture of document.querySelectorAll('img:not([alt]), svg:not([role], [aria-hidden])')) if (seen(picture) && !picture.closest('[aria-hidden=true]')) problems.push(`no words: ${name(picture)}`);
        const ids = new Set();
        for (const element of document.querySelectorAll('[id]')) { if (ids.has(element.id)) problems.push(`the id ${element.id} twice`); ids.add(element.id); }
        let level = 0;
        for (const heading of document.querySelectorAll('h1, h2, h3, h4')) { if (!seen(heading)) continue; const next = Number(heading.tagName[1]); if (next > level + 1) problems.push(`a level skipped before ${name(heading)}`); level = next; }
        if (document.querySelectorAll('main').length !== 1 || document.querySelectorAll('h1').length !== 1) problems.push('not one main and one h1');
        if (document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])')) problems.push('a tab order of its own');
        return problems;
        """#
}
