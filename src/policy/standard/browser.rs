//! OWASP ASVS 5.0, chapter V3.

use super::super::rules::asvs;
use super::{Item, Section, departs, host, meets, nothing};
use crate::policy::Source::Asvs;

pub const SECTIONS: &[Section] = &[
    Section { source: Asvs, title: "V3.1 to V3.3 Browser: documents, content, cookies", items: CONTENT },
    Section { source: Asvs, title: "V3.4 to V3.7 Browser: headers and other sites", items: HEADERS },
];

const CONTENT: &[Item] = &[
    meets(
        asvs("3.1.1", "It is written down what browsers have to support, and what happens where they do not."),
        "L3",
        "`docs/SECURITY.md`, browsers.",
    ),
    meets(
        asvs("3.2.1", "No answer is read as something that it is not."),
        "L1",
        "`nosniff`, a policy that begins with `default-src 'none'`, and operations that answer to posts alone: \
         `server/src/web/headers.rs`, `server/tests/http/guard.rs::operations_answer_to_nothing_but_post`.",
    ),
    meets(
        asvs("3.2.2", "What is text is shown as text."),
        "L1",
        "No markup is made of text anywhere in the pages: `app/src/ui/node.rs`.",
    ),
    meets(
        asvs("3.2.3", "Elements cannot stand in for the script's own names."),
        "L3",
        "The client is WebAssembly and looks elements up by ids that no visitor chooses: `app/src/ui/submit.rs`.",
    ),
    meets(
        asvs("3.3.1", "Cookies are `Secure`, and named `__Host-` or `__Secure-`."),
        "L1",
        "`app/src/request.rs`, `server/tests/http/answer.rs`.",
    ),
    meets(
        asvs("3.3.2", "Each cookie has the `SameSite` that fits."),
        "L2",
        "`Lax`: mailed links come from another site.",
    ),
    meets(asvs("3.3.3", "Cookies are named `__Host-`."), "L2", "All five: `app/src/request.rs`."),
    meets(
        asvs("3.3.4", "Cookies that no script needs are `HttpOnly`."),
        "L2",
        "All five, and their values stand in no page.",
    ),
    meets(
        asvs("3.3.5", "No cookie has more than 4,096 bytes."),
        "L3",
        "What would be longer is left out: `app/src/request.rs`.",
    ),
];

const HEADERS: &[Item] = &[
    meets(
        asvs("3.4.1", "HSTS for a year or more, with subdomains."),
        "L1",
        "Two years on every answer under https but the empty ones to what is no HTTP (400, 431), which hyper gives by \
         itself: `server/src/web/headers.rs`.",
    ),
    meets(asvs("3.4.2", "No other site may read answers."), "L1", "No `Access-Control-Allow-Origin` is ever sent."),
    meets(
        asvs("3.4.3", "A Content-Security-Policy with a nonce of each answer, `object-src 'none'`, `base-uri 'none'`."),
        "L2",
        "`server/tests/http/headers.rs::every_script_of_a_page_carries_the_nonce_of_its_answer_or_is_data`.",
    ),
    meets(asvs("3.4.4", "`X-Content-Type-Options: nosniff`."), "L2", "`server/src/web/headers.rs`."),
    meets(asvs("3.4.5", "Addresses are not told to other sites."), "L2", "`Referrer-Policy: no-referrer`."),
    meets(asvs("3.4.6", "Pages cannot be framed."), "L2", "`frame-ancestors 'none'`: `server/src/web/headers.rs`."),
    departs(
        asvs("3.4.7", "Violations of the policy are reported somewhere."),
        "L3",
        "Nowhere: a report would tell addresses of pages, which hold mailed tokens.",
        "Every journey is played in a browser before a release, in which a violation shows: `end2end/claim.spec.ts`.",
    ),
    meets(asvs("3.4.8", "`Cross-Origin-Opener-Policy: same-origin`."), "L3", "`server/src/web/headers.rs`."),
    meets(
        asvs("3.5.1", "Posts from other sites are refused."),
        "L1",
        "Before anything is read, and a session has to send its own token besides: \
         `server/tests/http/origin.rs::a_post_from_another_site_is_refused_and_nothing_is_written`.",
    ),
    nothing(asvs("3.5.2", "Nothing gets past a CORS preflight."), "L1", "No decision rests on a preflight."),
    meets(
        asvs("3.5.3", "Whatever changes something is a POST."),
        "L1",
        "`server/tests/http/guard.rs::operations_answer_to_nothing_but_post`.",
    ),
    host(
        asvs("3.5.4", "Each application has a host name of its own."),
        "L2",
        "Give the portal one. An address with a path is refused \
         (`server/tests/config.rs::the_public_url_is_an_https_origin_or_loopback`).",
    ),
    meets(
        asvs("3.5.5", "Messages of other windows are not believed."),
        "L2",
        "None is listened to but the own worker's.",
    ),
    meets(asvs("3.5.6", "No JSONP."), "L3", "There is none."),
    meets(
        asvs("3.5.7", "Scripts hold no data of a person."),
        "L3",
        "`server/tests/http/headers.rs::what_the_browser_gets_holds_no_secret_of_the_server`.",
    ),
    meets(
        asvs("3.5.8", "Other sites cannot embed what a session sees."),
        "L3",
        "`Cross-Origin-Resource-Policy: same-origin`.",
    ),
    meets(
        asvs("3.6.1", "Scripts and styles come from here, or a decision says why not."),
        "L3",
        "All are inside the program. A hosted captcha is the operator's own choice and loads its maker's script: \
         `docs/OPERATIONS.md`.",
    ),
    meets(asvs("3.7.1", "No outdated browser technology."), "L2", "HTML, CSS, WebAssembly."),
    meets(
        asvs("3.7.2", "Nothing redirects to a place that a visitor names."),
        "L2",
        "`server/tests/http/guard.rs::a_referer_or_a_query_leads_nowhere`.",
    ),
    meets(asvs("3.7.3", "Who is led to another site is told first."), "L3", "Nothing redirects to another site."),
    departs(
        asvs("3.7.4", "The domain is on the browsers' HSTS preload list."),
        "L3",
        "The header does not ask for it.",
        "HSTS of two years protects from the first visit on; many `.gov` hosts are on the list by their domain.",
    ),
    meets(
        asvs("3.7.5", "Browsers that support too little get what the documents say."),
        "L3",
        "Every form works without scripts; a post without `Sec-Fetch-Site` and `Origin` is refused: \
         `server/src/web/origin.rs`.",
    ),
];
