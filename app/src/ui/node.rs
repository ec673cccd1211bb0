//! Elements of one type.
//!
//! Leptos gives every piece of markup a type of its own, and the browser gets code for each. Here an
//! element is data: a tag, attributes, children; so the whole portal's markup shares one set of
//! functions. docs/decisions/0002 has the bytes.

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::attr::custom::{CustomAttributeKey, custom_attribute};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::tachys::view::iterators::StaticVec;

/// Computes an attribute again whenever what it reads changes.
type Computed = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// The name of an attribute.
#[derive(Clone, Copy)]
struct Name(&'static str);

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl CustomAttributeKey for Name {
    // Where this is empty, as it is for Leptos' own names that are no constants, every attribute of a page that the server
    // sent is written once more. Nothing else reads it here.
    const KEY: &'static str = "any";
}

/// An element under construction.
pub struct Node {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Begins an element.
#[must_use]
pub const fn el(tag: &'static str) -> Node {
    Node { tag, attributes: Vec::new(), children: Vec::new() }
}

/// An element with a class and a text: most of every page.
#[must_use]
pub fn text(tag: &'static str, class: &'static str, text: String) -> AnyView {
    el(tag).class(class).text(text).view()
}

/// Text that changes by itself.
#[must_use]
pub fn live_text(text: impl Fn() -> String + Send + Sync + 'static) -> AnyView {
    // A closure written here would be of another type for every caller, and the browser would get code for each.
    fn boxed(text: Box<dyn Fn() -> String + Send + Sync>) -> AnyView {
        (move || text()).into_any()
    }
    boxed(Box::new(text))
}

/// Parts that come and go.
#[must_use]
pub fn live(view: impl Fn() -> Option<AnyView> + Send + Sync + 'static) -> AnyView {
    fn boxed(view: Box<dyn Fn() -> Option<AnyView> + Send + Sync>) -> AnyView {
        (move || view()).into_any()
    }
    boxed(Box::new(view))
}

/// Several views in a row.
#[must_use]
pub fn row(views: Vec<AnyView>) -> AnyView {
    StaticVec::from(views).into_any()
}

impl Node {
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value: String = value.into();
        self.attributes.push(custom_attribute(Name(name), value).into_any_attr());
        self
    }

    #[must_use]
    pub fn class(self, class: &'static str) -> Self {
        if class.is_empty() { self } else { self.attr("class", class) }
    }

    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        self.attr("id", id)
    }

    /// An attribute that is there or not: `readonly`, `hidden`.
    #[must_use]
    pub fn flag(self, name: &'static str, set: bool) -> Self {
        if set { self.attr(name, "") } else { self }
    }

    /// An attribute that follows what it reads; none while it is `None`.
    #[must_use]
    pub fn live(mut self, name: &'static str, value: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        let value: Computed = Box::new(value);
        self.attributes.push(custom_attribute(Name(name), value).into_any_attr());
        self
    }

    /// Listens, in the browser alone.
    #[must_use]
    pub fn on(mut self, event: &'static str, heard: impl FnMut(leptos::web_sys::Event) + 'static) -> Self {
        let heard: Box<dyn FnMut(leptos::web_sys::Event)> = Box::new(heard);
        self.attributes.push(leptos::tachys::html::event::on(ev::Custom::new(event), heard).into_any_attr());
        self
    }

    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        let text: String = text.into();
        self.children.push(text.into_any());
        self
    }

    #[must_use]
    pub fn child(mut self, child: AnyView) -> Self {
        self.children.push(child);
        self
    }

    #[must_use]
    pub fn maybe(mut self, child: Option<AnyView>) -> Self {
        self.children.extend(child);
        self
    }

    #[must_use]
    pub fn all(mut self, children: impl IntoIterator<Item = AnyView>) -> Self {
        self.children.extend(children);
        self
    }

    /// What is markup already, made here and by nobody else: a picture of a library's.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn drawn(self, markup: String) -> AnyView {
        html::custom(self.tag).add_any_attr(self.attributes).inner_html(markup).into_any()
    }

    #[must_use]
    pub fn view(self) -> AnyView {
        if self.tag == "input" {
            return html::input().add_any_attr(self.attributes).into_any();
        }
        html::custom(self.tag).add_any_attr(self.attributes).child(StaticVec::from(self.children)).into_any()
    }
}
