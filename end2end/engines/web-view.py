#!/usr/bin/python3
"""A window with WebKitGTK in it, which WebKitWebDriver starts and drives: web-view.py PROFILE CONSOLE.

WebKitGTK's own MiniBrowser would do but for one thing: driven, it browses in private, and in private WebKit tells nobody what
is written on the console. This one keeps a profile, in a folder of the test's, and writes the console to a socket of the test's.
"""
import os
import socket
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2

profile, console = sys.argv[1:3]
# The driver throws away what a browser prints. WebKit's other processes, which the pages run in, inherit these two.
ear = socket.socket(socket.AF_UNIX)
ear.connect(console)
for stream in (1, 2):
    os.dup2(ear.fileno(), stream)

data = WebKit2.WebsiteDataManager(base_data_directory=profile, base_cache_directory=profile)
context = WebKit2.WebContext.new_with_website_data_manager(data)
context.set_preferred_languages(["en-US"])
context.set_automation_allowed(True)
settings = WebKit2.Settings(enable_write_console_messages_to_stdout=True)


def open_view(*_):
    view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=1280, default_height=960)
    window.add(view)
    view.connect("close", Gtk.main_quit)
    # A page whose process died says nothing any more, which must not look like nothing to say.
    view.connect("web-process-terminated", lambda *_: print("CONSOLE ERROR the page's process ended", flush=True))
    window.show_all()
    return view


def begin(_context, session):
    about = WebKit2.ApplicationInfo()
    about.set_name("WebKitGTK")
    about.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(about)
    session.connect("create-web-view", open_view)


context.connect("automation-started", begin)
Gtk.main()
