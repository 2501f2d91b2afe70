#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What Perl's Linux::MCELog makes of the answer to "dump all" on stdin: for each
# DIMM its socket, channel and number, then the errors: corrected, of these in
# 24 h, uncorrected, of these in 24 h.
use strict;
use warnings;

my (@order, %counts, $place, $corrected, $uncorrected);
my $complete = 0;

while (my $line = <STDIN>) {
	chomp $line;
	# anywhere in a line
	if ($line =~ /done/) {
		$complete = 1;
		last;
	}
	if ($line =~ /SOCKET (\d+) CHANNEL (\w+) DIMM (\w+)/) {
		$place = "$1 $2 $3";
		push @order, $place unless $counts{$place};
		$counts{$place} = [ 0, 0, 0, 0 ];
	}
	$corrected = 1 if $line =~ /^corrected memory errors/;
	$uncorrected = 1 if $line =~ /^uncorrected memory errors/;
	# The uncorrected ones are only seen behind the corrected ones.
	if ($corrected && $line =~ /(\d+) (total|in 24h)/) {
		die "Linux::MCELog: counts of no DIMM: $line\n" unless defined $place;
		$counts{$place}[($uncorrected ? 2 : 0) + ($2 eq 'total' ? 0 : 1)] = $1;
	}
	($place, $corrected, $uncorrected) = () if $line eq '';
}
print join(' ', $_, @{ $counts{$_} }), "\n" foreach @order;
die "Linux::MCELog: no \"done\": it waits for 30 s\n" unless $complete;
