"""The gateways to people: Zulip, and a terminal. They find out what was asked of the bot, and post the answer there."""
