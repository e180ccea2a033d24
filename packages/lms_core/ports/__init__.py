"""Promises that several services need from outside."""
