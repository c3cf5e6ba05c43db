package org.quorate.version;

/** A named text stored with a value, such as its content type. At most 8 KiB a value in all. */
public record Header(String name, String value) {}
