import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { connect, createServer, isIPv4, isIPv6 } from "node:net";
import { pino } from "pino";
import { constants, networkInterfaces } from "node:os";
import { readFileSync, readlinkSync } from "node:fs";
import { createSocket } from "node:dgram";
import { randomFillSync } from "node:crypto";
// src/access/bypass-tally.ts
/**
* Which clients came to a socket that the firewall brings them to, because they ask other resolvers than the ones they
* were given, and how often: what one resolver thread has seen since it last told. Memory of fixed size, nothing is
* allocated for a query; addresses beyond the room are counted in the metric alone.
*/
/** Addresses between two letters, about a second apart. */
const PLACES$2 = 1024;
/** Places looked at before an address is given up. */
const PROBES = 8;
const ADDRESS_BYTES = 16;
var BypassTally = class {
	#addresses = new Uint8Array(PLACES$2 * ADDRESS_BYTES);
	/** 0: the place is free. */
	#queries = new Float64Array(PLACES$2);
	#isEmpty = true;
	/** A query came from `address` (16 bytes). */
	note(address) {
		const first = placeOf$1(address);
		for (let probe = 0; probe < PROBES; probe++) {
			const place = (first + probe) % PLACES$2;
			if (this.#queries[place] === 0) {
				this.#addresses.set(address, place * ADDRESS_BYTES);
				this.#isEmpty = false;
			} else if (!this.#holds(place, address)) continue;
			this.#queries[place] += 1;
			return;
		}
	}
	/** What was noted since the last call. */
	take() {
		if (this.#isEmpty) return [];
		const counts = [];
		this.#queries.forEach((queries, place) => {
			const at = place * ADDRESS_BYTES;
			if (queries > 0) counts.push({
				address: this.#addresses.slice(at, at + ADDRESS_BYTES),
				queries
			});
		});
		this.#queries.fill(0);
		this.#isEmpty = true;
		return counts;
	}
	#holds(place, address) {
		const at = place * ADDRESS_BYTES;
		for (let byte = 0; byte < ADDRESS_BYTES; byte++) if (this.#addresses[at + byte] !== address[byte]) return false;
		return true;
	}
};
/** Not drawn by chance: who chooses addresses so that they collide hides from a list, and stands in the metric. */
function placeOf$1(address) {
	let hash = 0;
	for (let byte = 0; byte < ADDRESS_BYTES; byte++) hash = Math.imul(hash ^ address[byte], 16777619);
	hash = Math.imul(hash ^ hash >>> 15, 2246822507);
	return ((hash ^ hash >>> 13) >>> 0) % PLACES$2;
}
// src/octets.ts
/**
* Octets copied and compared four at a time. V8 takes 14 instructions to copy one octet from one array to another, and 10
* for four of them through a DataView, wherever they stand (benchmark: compare.py block). What is no `Octets`, and the
* one to three that are too few, go octet by octet: the plain version, and the oracle in test/property/octets.test.ts.
*/
/** Octets with the view that reads and writes four of them. Made once and kept: the view is an object more. */
var Octets = class extends Uint8Array {
	#view;
	/** As Uint8Array: so many zeros, a part of a buffer, or a copy of other octets. */
	constructor(source, byteOffset, length) {
		super(source, byteOffset, length);
		this.#view = new DataView(this.buffer, this.byteOffset, this.byteLength);
	}
	/** The same octets. */
	get view() {
		return this.#view;
	}
};
/** Copies `length` octets at `fromAt` of `from` to `toAt` of `to`: another place that does not overlap. */
function copyOctets(from, fromAt, to, toAt, length) {
	if (length >= 4 && from instanceof Octets && to instanceof Octets) copyWords(from.view, fromAt, to.view, toAt, length);
	else for (let at = 0; at < length; at++) to[toAt + at] = from[fromAt + at];
}
/** The same for at least four octets in views. */
function copyWords(from, fromAt, to, toAt, length) {
	const last = length - 4;
	for (let at = 0; at < last; at += 4) to.setInt32(toAt + at, from.getInt32(fromAt + at, true), true);
	to.setInt32(toAt + last, from.getInt32(fromAt + last, true), true);
}
/** The same with ASCII capitals made small (RFC 4343 §3); octets that are no letters stay. At least four. */
function copyLowerWords(from, fromAt, to, toAt, length) {
	const last = length - 4;
	for (let at = 0; at < last; at += 4) to.setInt32(toAt + at, lowerFour(from.getInt32(fromAt + at, true)), true);
	to.setInt32(toAt + last, lowerFour(from.getInt32(fromAt + last, true)), true);
}
/** Whether `length` octets are the same in both places. */
function sameOctets(one, oneAt, other, otherAt, length) {
	if (length >= 4 && one instanceof Octets && other instanceof Octets) return sameWords(one.view, oneAt, other.view, otherAt, length);
	for (let at = 0; at < length; at++) if (one[oneAt + at] !== other[otherAt + at]) return false;
	return true;
}
/** The same for at least four octets in views. */
function sameWords(one, oneAt, other, otherAt, length) {
	const last = length - 4;
	for (let at = 0; at < last; at += 4) if (one.getInt32(oneAt + at, true) !== other.getInt32(otherAt + at, true)) return false;
	return one.getInt32(oneAt + last, true) === other.getInt32(otherAt + last, true);
}
/**
* Makes the ASCII capitals among four octets small. The lower seven bits of each are raised so that the eighth says "at
* least A", and once more so that it says "behind Z"; what is one and not the other, and had no eighth bit itself, gets
* the bit that tells small letters from capitals.
*/
function lowerFour(four) {
	const seven = four & 2139062143;
	return four | (seven + 1061109567 & ~(seven + 623191333) & ~four & 2155905152) >>> 2;
}
/** A view of `bytes`: the one it has, or one made for it. */
function viewOf(bytes) {
	return bytes instanceof Octets ? bytes.view : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
// src/net/address.ts
/**
* Addresses as 16 bytes (IPv4 as ::ffff:a.b.c.d, RFC 4291 §2.5.5.2) and as text. Text is RFC 5952's shortest form,
* IPv4 dotted.
*/
/** Writes the address in `text` (a zone after `%` is left out) to `out`; false when it is none. */
function parseAddress(text, out) {
	if (isIPv4(text)) {
		out.fill(0, 0, 10);
		out[10] = out[11] = 255;
		let at = 12;
		let value = 0;
		for (let i = 0; i < text.length; i++) {
			const code = text.charCodeAt(i);
			if (code === 46) {
				out[at++] = value;
				value = 0;
			} else value = value * 10 + code - 48;
		}
		out[at] = value;
		return true;
	}
	const bare = text.includes("%") ? text.slice(0, text.indexOf("%")) : text;
	return isIPv6(bare) && parseIPv6(bare, out);
}
function parseIPv6(text, out) {
	out.fill(0, 0, 16);
	const [head, tail] = text.split("::");
	const before = words$1(head);
	const after = tail === void 0 ? [] : words$1(tail);
	before.forEach((word, index) => writeWord(out, index, word));
	after.forEach((word, index) => writeWord(out, 8 - after.length + index, word));
	return true;
}
/** The 16-bit words of a part of an IPv6 address, a dotted IPv4 ending included. */
function words$1(part) {
	if (part === "") return [];
	return part.split(":").flatMap((word) => {
		if (!word.includes(".")) return [parseInt(word, 16)];
		const [a, b, c, d] = word.split(".").map(Number);
		return [a << 8 | b, c << 8 | d];
	});
}
function writeWord(out, index, word) {
	out[index * 2] = word >> 8;
	out[index * 2 + 1] = word & 255;
}
/** True for ::ffff:a.b.c.d. */
function isMappedIPv4(address) {
	for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
	return address[10] === 255 && address[11] === 255;
}
// src/net/address-ranges.ts
/**
* Disjoint ranges of addresses, asked for every query: which one holds a client. A lookup is a binary search and
* allocates nothing. Addresses are 16 bytes, IPv4 as ::ffff:a.b.c.d.
*/
var AddressRanges = class {
	/** Four 32-bit words a range, ascending, disjoint; each word with its highest bit turned round (see below). */
	#first;
	#last;
	#count;
	/** The range that held the latest address: it mostly holds the next one too. */
	#latest = 0;
	/** `ranges`: disjoint, ascending. */
	constructor(ranges) {
		this.#count = ranges.length;
		this.#first = Int32Array.from(ranges.flatMap(({ first }) => wordsOf(first)));
		this.#last = Int32Array.from(ranges.flatMap(({ last }) => wordsOf(last)));
	}
	get size() {
		return this.#count;
	}
	/** The place of the range that holds the 16 bytes at `offset` of `address`, or -1. */
	find(address, offset = 0) {
		const view = viewOf(address);
		return this.#find(view.getInt32(offset) ^ TURNED_ROUND, view.getInt32(offset + 4) ^ TURNED_ROUND, view.getInt32(offset + 8) ^ TURNED_ROUND, view.getInt32(offset + 12) ^ TURNED_ROUND);
	}
	#find(word0, word1, word2, word3) {
		if (this.#count > 0 && this.#holds(this.#latest, word0, word1, word2, word3)) return this.#latest;
		let low = 0;
		let high = this.#count;
		while (low < high) {
			const middle = low + high >>> 1;
			if (compare(this.#first, middle, word0, word1, word2, word3) <= 0) low = middle + 1;
			else high = middle;
		}
		if (low === 0 || compare(this.#last, low - 1, word0, word1, word2, word3) < 0) return -1;
		this.#latest = low - 1;
		return low - 1;
	}
	#holds(range, word0, word1, word2, word3) {
		return compare(this.#first, range, word0, word1, word2, word3) <= 0 && compare(this.#last, range, word0, word1, word2, word3) >= 0;
	}
};
/** Below 0, 0 or above 0: where range bound `index` of `bounds` lies to the address of the four words. */
function compare(bounds, index, word0, word1, word2, word3) {
	const at = index * 4;
	if (bounds[at] !== word0) return bounds[at] < word0 ? -1 : 1;
	if (bounds[at + 1] !== word1) return bounds[at + 1] < word1 ? -1 : 1;
	if (bounds[at + 2] !== word2) return bounds[at + 2] < word2 ? -1 : 1;
	if (bounds[at + 3] !== word3) return bounds[at + 3] < word3 ? -1 : 1;
	return 0;
}
/**
* Turns the highest bit of four bytes of an address round: as signed numbers they are then in the order of addresses.
* Unsigned ones V8 compares as doubles.
*/
const TURNED_ROUND = 2147483648;
const MAPPED_FIRST = 65535n << 32n;
const MAPPED_LAST = MAPPED_FIRST + 4294967295n;
/**
* The addresses `network`, CIDR text or a single address, covers, and how long its prefix is, 0 to 128; an IPv6 network
* never reaches the IPv4 clients that lie inside ::ffff:0:0/96. Throws a RangeError where it is neither.
*/
function rangesOf(network) {
	const { value, prefixLength } = parse(network);
	const size = 1n << BigInt(128 - prefixLength);
	const first = value & ~(size - 1n);
	const last = first + size - 1n;
	if (prefixLength >= 96 || last < MAPPED_FIRST || first > MAPPED_LAST) return {
		ranges: [{
			first,
			last
		}],
		prefixLength
	};
	return {
		ranges: [{
			first,
			last: MAPPED_FIRST - 1n
		}, {
			first: MAPPED_LAST + 1n,
			last
		}],
		prefixLength
	};
}
function parse(network) {
	const [text = "", prefix, ...rest] = network.split("/");
	const bytes = /* @__PURE__ */ new Uint8Array(16);
	if (rest.length > 0 || prefix !== void 0 && !/^\d{1,3}$/.test(prefix) || !parseAddress(text, bytes)) throw new RangeError(`network "${network}": neither an address nor a CIDR`);
	const bits = text.includes(":") ? 128 : 32;
	const prefixLength = prefix === void 0 ? bits : Number(prefix);
	if (prefixLength > bits) throw new RangeError(`network "${network}": its prefix is longer than ${bits} bits`);
	return {
		value: bytes.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n),
		prefixLength: prefixLength + 128 - bits
	};
}
function wordsOf(value) {
	return [
		96n,
		64n,
		32n,
		0n
	].map((shift) => Number(value >> shift & 4294967295n) ^ TURNED_ROUND);
}
// src/access/networks.ts
/** A set of networks, asked for every query: who may ask, who is exempt. Built once from CIDR text. */
var NetworkSet = class {
	#ranges;
	/** `networks`: CIDR or single addresses. Throws a RangeError that names the first that is neither. */
	constructor(networks) {
		this.#ranges = new AddressRanges(merge$1(networks.flatMap((network) => rangesOf(network).ranges)));
	}
	/** Disjoint ranges held. */
	get size() {
		return this.#ranges.size;
	}
	/** Whether the 16 bytes at `offset` of `address` lie in one of the networks. */
	contains(address, offset = 0) {
		return this.#ranges.find(address, offset) !== -1;
	}
};
function merge$1(ranges) {
	const merged = [];
	for (const { first, last } of ranges.toSorted((a, b) => a.first < b.first ? -1 : 1)) {
		const previous = merged.at(-1);
		if (previous === void 0 || first > previous.last + 1n) merged.push({
			first,
			last
		});
		else if (last > previous.last) previous.last = last;
	}
	return merged;
}
// src/access/rate-limit.ts
const WORDS$1 = 4;
const PLACES$1 = 4;
const STATE = 0;
const KEY_HIGH = 1;
const KEY_LOW = 2;
const COUNT = 3;
/** A claim is three stores: a thread that takes longer has died or was put to sleep. */
const MAX_SPINS = 2e3;
var RateLimiter = class {
	#words;
	#buckets;
	#clock;
	#limit;
	#exempt;
	/**
	* `memory`: shared by all threads, zero at first; 16 bytes a client that asks within one second, with room to spare
	* because who finds his bucket full is not counted.
	* `limit`: answers per second and client (IPv4 address or IPv6 /64); 0: none. Loopback is always exempt.
	*/
	constructor(memory, limit, exempt, clock) {
		this.#words = new Int32Array(memory, 0, memory.byteLength >>> 2);
		this.#buckets = Math.floor((this.#words.length - WORDS$1) / 16);
		if (this.#buckets < 1) throw new RangeError(`rate table: ${memory.byteLength} bytes hold no bucket`);
		this.#clock = clock;
		this.#limit = limit;
		this.#exempt = exempt;
	}
	/** Takes a changed configuration; counts go on. */
	configure(limit, exempt) {
		this.#limit = limit;
		this.#exempt = exempt;
	}
	/** Counts one query of the client at `address` (16 bytes) and says whether it is over the limit. */
	over(address) {
		if (this.#limit === 0) return false;
		const view = viewOf(address);
		if (isLoopback(view) || this.#exempt.contains(address)) return false;
		const isIpv4 = isMapped(view);
		const high = isIpv4 ? -1 : view.getInt32(0);
		const low = view.getInt32(isIpv4 ? 12 : 4);
		const place = this.#findPlace(high, low, this.#second());
		return place !== -1 && Atomics.add(this.#words, place + COUNT, 1) >= this.#limit;
	}
	/**
	* The second that is counted in. By the wall clock, because the monotonic clocks of threads start when they do. A
	* thread that read the clock just before another one moved on follows it.
	*/
	#second() {
		const own = Math.floor(this.#clock.wallMs() / 1e3) + 1 & 1073741823;
		const shared = Atomics.load(this.#words, 0);
		if (own === shared || own + 1 === shared) return shared;
		Atomics.compareExchange(this.#words, 0, shared, own);
		return own;
	}
	/** The place of this client in this second, claimed where it has none yet; -1 where there is none to be had. */
	#findPlace(high, low, second) {
		const words = this.#words;
		const bucket = (spread$1(high, low) >>> 0) % this.#buckets;
		const counting = second << 1;
		const first = WORDS$1 * (1 + bucket * PLACES$1);
		for (let place = first; place < first + 16; place += WORDS$1) {
			let state = Atomics.load(words, place + STATE);
			if (state !== counting && state !== counting + 1) {
				if (state >>> 1 === second + 1) return -1;
				if (Atomics.compareExchange(words, place + STATE, state, counting + 1) === state) {
					words[place + KEY_HIGH] = high;
					words[place + KEY_LOW] = low;
					Atomics.store(words, place + COUNT, 0);
					Atomics.store(words, place + STATE, counting);
					return place;
				}
				state = Atomics.load(words, place + STATE);
			}
			for (let spin = 0; state === counting + 1; spin++) {
				if (spin === MAX_SPINS) return -1;
				state = Atomics.load(words, place + STATE);
			}
			if (state === counting && words[place + KEY_HIGH] === high && words[place + KEY_LOW] === low) return place;
		}
		return -1;
	}
};
function isMapped(address) {
	return address.getInt32(0) === 0 && address.getInt32(4) === 0 && address.getInt32(8) === 65535;
}
/** 127.0.0.0/8 or ::1. */
function isLoopback(address) {
	if (address.getUint8(12) === 127) return isMapped(address);
	return address.getInt32(12) === 1 && address.getInt32(8) === 0 && address.getInt32(4) === 0 && address.getInt32(0) === 0;
}
/** Whoever could aim at a bucket could as well ask from other addresses: no secret needed. */
function spread$1(high, low) {
	let hash = Math.imul(high, 2654435761) ^ Math.imul(low ^ low >>> 15, 2246822507);
	hash = Math.imul(hash ^ hash >>> 13, 3266489909);
	return hash ^ hash >>> 16;
}
// src/wire/name-hash.ts
/**
* Hashes of names: four octets at a time from the end, so that what a name ends in need be hashed once, and what is left at
* the front last. A hash alone never decides anything: whoever finds by it compares the octets.
*/
/** The hash of `bytes[start … end)` under `seed`: what `hashSuffixes` gives for a suffix of the same octets. */
function hashBytes(bytes, start, end, seed) {
	return bytes instanceof Octets ? hashOctets(bytes, start, end, seed) : hashPlain(bytes, start, end, seed);
}
function hashOctets(bytes, start, end, seed) {
	const { view } = bytes;
	let hash = seed | 0;
	let at = end;
	for (; at - 4 >= start; at -= 4) hash = mix(hash, view.getInt32(at - 4, true));
	return finish(at === start ? hash : mix(hash, fewer(bytes, start, at)));
}
function hashPlain(bytes, start, end, seed) {
	let hash = seed | 0;
	let at = end;
	for (; at - 4 >= start; at -= 4) hash = mix(hash, bytes[at - 1] << 24 | fewer(bytes, at - 4, at - 1));
	return finish(at === start ? hash : mix(hash, fewer(bytes, start, at)));
}
/** One to three octets as they read in memory, the first lowest. */
function fewer(bytes, start, end) {
	let number = 0;
	for (let at = end - 1; at >= start; at--) number = number << 8 | bytes[at];
	return number;
}
/** What leaves of four octets read as a number the first `count`, 1 to 3. */
function firstOctets(count) {
	return (1 << (count << 3)) - 1;
}
/**
* Takes four octets in. What is high comes down again, because a multiplication carries upwards only; and is multiplied
* once more. After one multiplication the highest bit, turned round, always came down as the same two: turned round in
* the next word they undid it, whatever the seed, and everybody could build names of one hash.
*/
function mix(hash, four) {
	const first = Math.imul(hash ^ four, 2654435761);
	const second = Math.imul(first ^ first >>> 15, 3266489909);
	return second ^ second >>> 13;
}
/** Spreads the low bits, which the multiplication leaves poor, over the whole word (murmur3's finaliser). */
function finish(hash) {
	hash = Math.imul(hash ^ hash >>> 16, 2246822507);
	hash = Math.imul(hash ^ hash >>> 13, 3266489909);
	return hash ^ hash >>> 16;
}
// src/wire/name-key.ts
/**
* A name as every lookup wants it: lower-case wire form, where each label starts, and the hash of each of its
* suffixes, computed in one pass from the last byte to the first. One instance is reused for every query of a thread.
*
*   bytes       3 'w' 'w' 'w' 4 'e' 'v' 'i' 'l' 3 'c' 'o' 'm' 0
*   labelStart  0             4                 9
*   hash        [www.evil.com] [evil.com] [com] [root]
*/
var NameKey = class {
	/** Lower-case wire form with the root's zero byte; names never compressed. */
	bytes = new Octets(258);
	/** Bytes used, the root's zero byte included: 1 for the root. */
	length = 0;
	labelCount = 0;
	/** Offset of the length byte of each label, the leftmost first. */
	labelStart = /* @__PURE__ */ new Uint8Array(128);
	/** `hash[i]`: of the suffix that starts at label i; `hash[labelCount]`: of the root. Valid after `hashSuffixes`. */
	hash = /* @__PURE__ */ new Int32Array(128);
};
/**
* Fills `key.hash` under `seed`. A suffix hashes alike in whatever name it stands, so one probe a label finds every
* listed ancestor. A hash alone never decides anything: whoever probes compares the bytes.
*/
function hashSuffixes(key, seed) {
	const { labelStart, hash } = key;
	const { view } = key.bytes;
	let whole = key.length - 1;
	let running = seed | 0;
	hash[key.labelCount] = finish(running);
	for (let label = key.labelCount - 1; label >= 0; label--) {
		const start = labelStart[label];
		for (; whole - 4 >= start; whole -= 4) running = mix(running, view.getInt32(whole - 4, true));
		const left = whole - start;
		hash[label] = finish(left === 0 ? running : mix(running, view.getInt32(start, true) & firstOctets(left)));
	}
}
// src/wire/constants.ts
/** The largest message: its length has 16 bits over TCP (RFC 1035 §4.2.2). */
const MAX_MESSAGE_BYTES = 65535;
/** What we advertise and the most we send over UDP: fits the IPv6 minimum MTU, so it is never fragmented. */
const MAX_UDP_PAYLOAD = 1232;
/** Record and query types. */
const Type = {
	A: 1,
	NS: 2,
	MD: 3,
	MF: 4,
	CNAME: 5,
	SOA: 6,
	MB: 7,
	MG: 8,
	MR: 9,
	PTR: 12,
	HINFO: 13,
	MINFO: 14,
	MX: 15,
	TXT: 16,
	RP: 17,
	AFSDB: 18,
	RT: 21,
	SIG: 24,
	PX: 26,
	AAAA: 28,
	NXT: 30,
	SRV: 33,
	NAPTR: 35,
	KX: 36,
	DNAME: 39,
	OPT: 41,
	DS: 43,
	RRSIG: 46,
	NSEC: 47,
	DNSKEY: 48,
	SVCB: 64,
	HTTPS: 65,
	TSIG: 250,
	IXFR: 251,
	AXFR: 252,
	ANY: 255
};
/** Record and query classes. */
const Class = {
	IN: 1,
	CH: 3,
	HS: 4,
	NONE: 254,
	ANY: 255
};
/** Kinds of message; only QUERY is implemented. */
const Opcode = {
	Query: 0,
	IQuery: 1,
	Status: 2,
	Notify: 4,
	Update: 5,
	Dso: 6
};
/** Response codes; those above 15 need an OPT record (RFC 6891 §6.1.3). */
const Rcode = {
	NoError: 0,
	FormErr: 1,
	ServFail: 2,
	NxDomain: 3,
	NotImp: 4,
	Refused: 5,
	BadVers: 16,
	BadCookie: 23
};
/** Header bits, as they stand in the 16-bit flags word. */
const Flag = {
	QR: 32768,
	AA: 1024,
	TC: 512,
	RD: 256,
	RA: 128,
	AD: 32,
	CD: 16
};
/** Extended DNS Errors (RFC 8914 §4). */
const Ede = {
	Other: 0,
	StaleAnswer: 3,
	ForgedAnswer: 4,
	DnssecIndeterminate: 5,
	DnssecBogus: 6,
	CachedError: 13,
	NotReady: 14,
	Blocked: 15,
	Censored: 16,
	Filtered: 17,
	Prohibited: 18,
	StaleNxDomainAnswer: 19,
	NotAuthoritative: 20,
	NotSupported: 21,
	NoReachableAuthority: 22,
	NetworkError: 23,
	InvalidData: 24
};
/** EDNS options we read or write; all others are ignored (RFC 8906 §3.2). */
const EdnsOption = {
	Nsid: 3,
	ClientSubnet: 8,
	ExtendedError: 15,
	/** `--add-mac` of dnsmasq (EDNS0_OPTION_MAC), and its forms as text (EDNS0_OPTION_NOMDEVICEID). */
	Mac: 65001,
	DeviceId: 65073
};
/** SvcParamKeys that carry addresses (RFC 9460 §7.3). */
const SvcParam = {
	Ipv4Hint: 4,
	Ipv6Hint: 6
};
/** Honest names need one or two; a chain may not cost more than a name of 127 labels. */
const MAX_POINTER_HOPS$1 = 127;
/**
* Reads the name at `offset`, decompressed and lower-cased, into `key` (bytes, labels, length; hashes are not
* computed). Returns the offset behind the name where it stands, or -1: bad label type, past `end`, over 255 octets,
* more than 127 pointers, or a pointer that does not lead back behind the header. The key is empty after -1.
*/
function readName(bytes, offset, end, key) {
	const behind = bytes instanceof Octets ? readWhole(bytes, offset, end, key) : 0;
	return behind === 0 ? readLabels(bytes, offset, end, key) : behind;
}
/**
* The same for a name that stands there whole, as the one in a question does: its labels are only counted, and copied
* all at once. Returns 0, and nothing in `key` means anything, for all others.
*/
function readWhole(bytes, offset, end, key) {
	const { labelStart } = key;
	let labels = 0;
	let at = offset;
	for (;;) {
		if (at >= end) return 0;
		const size = bytes[at];
		if (size === 0) break;
		if (!(size <= 63) || at - offset + size + 2 > 255) return 0;
		labelStart[labels++] = at - offset;
		at += size + 1;
	}
	const length = at - offset + 1;
	if (length < 4) return 0;
	key.length = length;
	key.labelCount = labels;
	copyLowerWords(bytes.view, offset, key.bytes.view, 0, length);
	return at + 1;
}
/** The plain version, which reads what is compressed and knows what is wrong: the oracle in test/property/wire-names.test.ts. */
function readLabels(bytes, offset, end, key) {
	const { bytes: name, labelStart } = key;
	key.length = 0;
	key.labelCount = 0;
	let at = offset;
	let start = offset;
	let behind = -1;
	let hops = 0;
	let length = 0;
	let labels = 0;
	for (;;) {
		if (at >= end) return -1;
		const size = bytes[at];
		if (size === 0) break;
		if (size <= 63) {
			const last = at + size;
			if (last >= end || length + size + 2 > 255) return -1;
			labelStart[labels++] = length;
			name[length++] = size;
			while (at < last) name[length++] = lower(bytes[++at]);
			at++;
			continue;
		}
		if (size < 192 || at + 1 >= end) return -1;
		const target = (size & 63) << 8 | bytes[at + 1];
		if (behind === -1) behind = at + 2;
		if (target >= start || target < 12 || ++hops > MAX_POINTER_HOPS$1) return -1;
		at = start = target;
	}
	name[length++] = 0;
	key.length = length;
	key.labelCount = labels;
	return behind === -1 ? at + 1 : behind;
}
/**
* Returns the offset behind the name at `offset` without following its pointer, or -1 where it is malformed in place
* or its pointer does not lead back. Cost: the labels that stand there.
*/
function skipName(bytes, offset, end) {
	let at = offset;
	while (at < end) {
		const size = bytes[at];
		if (size === 0) return at + 1;
		if (size > 63) {
			if (size < 192 || at + 1 >= end) return -1;
			const target = (size & 63) << 8 | bytes[at + 1];
			return target >= offset || target < 12 ? -1 : at + 2;
		}
		at += size + 1;
		if (at - offset >= 255) return -1;
	}
	return -1;
}
/** Fills `key` from presentation form, lower-cased; false (and an empty key) where `textToName` would say -1. */
function keyFromText(text, key) {
	const length = textToName(text, key.bytes);
	return readName(key.bytes, 0, Math.max(length, 0), key) !== -1;
}
/** The lower-case wire form of `text`; throws a RangeError where it is no domain name. */
function wireName$1(text) {
	const key = new NameKey();
	if (!keyFromText(text, key)) throw new RangeError(`"${text}" is not a domain name`);
	return key.bytes.slice(0, key.length);
}
/**
* Writes `text` (presentation form, one final dot allowed, `\.` and `\DDD` escapes) as a wire name, case kept, into
* `out`. Returns its length with the root's octet, or -1: an empty label, a label over 63 or a name over 255 octets,
* a character outside printable ASCII that is not escaped, a broken escape, `out` too short.
*/
function textToName(text, out) {
	const limit = Math.min(out.length, 255);
	if (limit === 0) return -1;
	if (text === ".") {
		out[0] = 0;
		return 1;
	}
	let start = 0;
	let length = 1;
	for (let at = 0; at < text.length; at++) {
		let byte = text.charCodeAt(at);
		if (byte === DOT) {
			if (length - start === 1 || length >= limit) return -1;
			out[start] = length - start - 1;
			start = length++;
			continue;
		}
		if (byte <= 32 || byte >= 127) return -1;
		if (byte === BACKSLASH) {
			byte = escapedByte(text, at + 1);
			if (byte === -1) return -1;
			at += isDigit(text.charCodeAt(at + 1)) ? 3 : 1;
		}
		if (length - start > 63 || length >= limit) return -1;
		out[length++] = byte;
	}
	if (length - start > 1) {
		if (length >= limit) return -1;
		out[start] = length - start - 1;
		start = length++;
	} else if (start === 0) return -1;
	out[start] = 0;
	return length;
}
/**
* The uncompressed wire name at `offset` in presentation form: no final dot, "." for the root; a dot or backslash in
* a label as `\.` `\\`, what is not printable ASCII as `\DDD` (RFC 1035 §5.1). Ends early at what is no label.
*/
function nameToText(bytes, offset = 0) {
	let text = "";
	let at = offset;
	for (;;) {
		const size = bytes[at] ?? 0;
		const last = at + size;
		if (size === 0 || size > 63 || last >= bytes.length) return text === "" ? "." : text;
		if (text !== "") text += ".";
		while (at < last) text += BYTE_TEXT[bytes[++at]];
		at++;
	}
}
/** Each byte in ASCII lower case: one look costs less than two comparisons, and names are read for every query. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => byte >= 65 && byte <= 90 ? byte + 32 : byte);
/** ASCII lower case of one byte. */
function lower(byte) {
	return LOWER[byte];
}
/** Lower-cases labels in place. A label's size is at most 63 and thus never a letter. */
function lowerOctets(bytes, from, end) {
	if (end - from >= 4 && bytes instanceof Octets) copyLowerWords(bytes.view, from, bytes.view, from, end - from);
	else for (let at = from; at < end; at++) bytes[at] = lower(bytes[at]);
}
const DOT = 46;
const BACKSLASH = 92;
/** Each byte as it stands in presentation form. */
const BYTE_TEXT = Array.from({ length: 256 }, (_, byte) => {
	if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`;
	if (byte > 32 && byte < 127) return String.fromCharCode(byte);
	return `\\${String(byte).padStart(3, "0")}`;
});
/** The byte an escape whose backslash stands before `at` means, or -1. */
function escapedByte(text, at) {
	const first = text.charCodeAt(at);
	if (!isDigit(first)) return first > 32 && first < 127 ? first : -1;
	const second = text.charCodeAt(at + 1);
	const third = text.charCodeAt(at + 2);
	if (!isDigit(second) || !isDigit(third)) return -1;
	const value = (first - 48) * 100 + (second - 48) * 10 + (third - 48);
	return value > 255 ? -1 : value;
}
function isDigit(code) {
	return code >= 48 && code <= 57;
}
// src/wire/patch.ts
/**
* Changes that keep a message's length: id, flags, counts, TTLs, the case of names. A forwarded or cached answer is
* made ours by these and never encoded anew.
*/
/** Sets the message id, 16 bits. */
function setId(bytes, id) {
	bytes[0] = id >>> 8;
	bytes[1] = id & 255;
}
/** Sets the header's second word: QR, opcode, flags and the lower four bits of the rcode (see `Flag`). */
function setFlags(bytes, flags) {
	bytes[2] = flags >>> 8;
	bytes[3] = flags & 255;
}
/** The header's second word. */
function getFlags(bytes) {
	return bytes[2] << 8 | bytes[3];
}
/**
* Copies a question of `questionLength` octets, with its case, from 12 of `request` to 12 of `bytes`, which may be the
* same buffer.
*/
function setQuestion(bytes, request, questionLength) {
	if (bytes !== request) copyOctets(request, 12, bytes, 12, questionLength);
}
/** Lowers the first `count` TTLs of `ttlOffsets` to at most `maxSeconds`; one of 2^31 or more becomes 0. */
function capTtls(bytes, ttlOffsets, count, maxSeconds) {
	for (let index = 0; index < count; index++) {
		const at = ttlOffsets[index];
		const ttl = readTtl(bytes, at);
		writeTtl(bytes, at, ttl < maxSeconds ? ttl : maxSeconds);
	}
}
/** The TTL at `at`, seconds; one of 2^31 or more is 0 (RFC 2181 §8). */
function readTtl(bytes, at) {
	if (bytes[at] >= 128) return 0;
	return bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
}
/** Writes a TTL at `at`. */
function writeTtl(bytes, at, seconds) {
	bytes[at] = seconds >>> 24;
	bytes[at + 1] = seconds >>> 16 & 255;
	bytes[at + 2] = seconds >>> 8 & 255;
	bytes[at + 3] = seconds & 255;
}
const scratch$1 = new NameKey();
/** Owners in mixed case that are followed: a 64 KB answer may hold 4,600 with chains of 127 pointers each. */
const MAX_FOLLOWED = 512;
/**
* Takes our random case out of an answer: the question, and every owner name whose labels in place repeat the
* question's (or the end of it) letter for letter, become lower-case. Owners spelled otherwise keep their spelling,
* and those that are pointers into the question follow it. Only the looks are at stake: names are compared without case.
*/
function normaliseOwnerCase(bytes, length, answer) {
	const nameEnd = answer.questionEnd - 4;
	let followed = 0;
	for (let record = 0; record < answer.count; record++) {
		const owner = answer.owner[record];
		if (!hasUpperCase$1(bytes, owner)) continue;
		if (++followed > MAX_FOLLOWED) break;
		if (readName(bytes, owner, length, scratch$1) === -1) continue;
		const start = nameEnd - scratch$1.length;
		if (start < 12) continue;
		const end = spelledAlike(bytes, owner, start);
		if (end !== -1) lowerOctets(bytes, owner, end);
	}
	lowerOctets(bytes, 12, nameEnd);
}
/**
* Returns the end of the labels that stand at `owner` if those in the question from `start` on are the same octets,
* else -1. The question ends in a root that no owner's labels run past, and sizes are compared like letters.
*/
function spelledAlike(bytes, owner, start) {
	let at = owner;
	let question = start;
	for (;;) {
		const size = bytes[at];
		if (size === 0 || size >= 192) return at;
		for (const next = at + size + 1; at < next; at++, question++) if (bytes[at] !== bytes[question]) return -1;
	}
}
/** True where a letter of the labels that stand at `owner`, up to a pointer or the root, is upper-case. */
function hasUpperCase$1(bytes, owner) {
	let at = owner;
	for (;;) {
		const size = bytes[at];
		if (size === 0 || size >= 192) return false;
		for (const last = at + size; at < last;) if (lower(bytes[++at]) !== bytes[at]) return true;
		at++;
	}
}
// src/cache/entry-layout.ts
/**
* How an entry stands in the chain of blocks that holds it.
*
*   octet  0          64                   behind the message, at an even octet
*          [fields]   [message ……… ]       [offset of a TTL, 16 bits] [ ] …
*
* The message is without OPT, its id 0, its question in lower case. What screening found, if anything, is a chain of
* its own, because it changes when the policy does.
*/
/** Where the fields stand: the first two as doubles, counted by those, the others as words. */
const Field = {
	storedAtMs: 0,
	failedUntilMs: 1,
	facet: 4,
	/** Type | length of the name << 16. */
	question: 5,
	/** Octets of the message | count of TTLs << 16. */
	lengths: 6,
	/** Rcode | negative << 8. */
	kind: 7,
	lifetimeSeconds: 8,
	staleSeconds: 9,
	failures: 10,
	failureEde: 11,
	ede: 12,
	generation: 13,
	/** The first block of what screening found, 0 for nothing; and how many words that is. */
	screened: 14,
	screenedLength: 15
};
/** Where the name asked for begins. */
const NAME_START = 76;
/** Where the TTLs' offsets begin: each lies within one block. */
function offsetsStart(messageLength) {
	return 64 + messageLength + (messageLength & 1);
}
// src/wire/answer-data.ts
/**
* Reads where `record` leads into `key`: the target of a CNAME or DNAME, the TargetName of an SVCB or HTTPS record.
* False where it leads nowhere: another type, or TargetName "." (RFC 9460 §2.5: the owner itself, or nothing).
*/
function readAlias(bytes, answer, record, key) {
	const type = answer.type[record];
	const rdata = answer.rdata[record];
	const end = rdata + answer.rdataLength[record];
	if (type === Type.CNAME || type === Type.DNAME) return readName(bytes, rdata, end, key) !== -1;
	if (type !== Type.SVCB && type !== Type.HTTPS) return false;
	return readName(bytes, rdata + 2, end, key) !== -1 && key.length > 1;
}
/**
* Calls `onAddress` for each address in the ipv4hint and ipv6hint of an SVCB or HTTPS record with the offset of its
* first octet; for other types, and behind the first parameter that does not add up, not at all.
*/
function forEachHint(bytes, answer, record, onAddress) {
	const type = answer.type[record];
	if (type !== Type.SVCB && type !== Type.HTTPS) return;
	const end = answer.rdata[record] + answer.rdataLength[record];
	let at = svcParamsStart(bytes, answer.rdata[record] + 2, end);
	while (at + 4 <= end) {
		const code = bytes[at] << 8 | bytes[at + 1];
		const value = at + 4;
		at = value + (bytes[at + 2] << 8 | bytes[at + 3]);
		if (at > end) return;
		if (code === SvcParam.Ipv4Hint) for (let address = value; address + 4 <= at; address += 4) onAddress(bytes, address, 4);
		else if (code === SvcParam.Ipv6Hint) for (let address = value; address + 16 <= at; address += 16) onAddress(bytes, address, 6);
	}
}
/** Offset behind the TargetName, which `readAnswer` has found well-formed. */
function svcParamsStart(bytes, offset, end) {
	let at = offset;
	while (at < end && bytes[at] !== 0) {
		if (bytes[at] >= 192) return at + 2;
		at += 1 + bytes[at];
	}
	return at + 1;
}
/** The shortest TTL of all records but the OPT, seconds; 0 where there is none. */
function minimumTtl(answer) {
	if (answer.count === 0) return 0;
	let minimum = answer.ttl[0];
	for (let record = 1; record < answer.count; record++) if (answer.ttl[record] < minimum) minimum = answer.ttl[record];
	return minimum;
}
/** RFC 2308 §5: the lesser of the TTL and the MINIMUM of the SOA in the authority section, seconds; -1 without one. */
function negativeTtl(bytes, answer) {
	for (let record = answer.answerCount; record < answer.answerCount + answer.authorityCount; record++) {
		if (answer.type[record] !== Type.SOA || answer.rdataLength[record] < 22) continue;
		const at = answer.rdata[record] + answer.rdataLength[record] - 4;
		if (bytes[at] >= 128) return 0;
		const minimum = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
		return Math.min(answer.ttl[record], minimum);
	}
	return -1;
}
// src/cache/lifetime.ts
/** Whether `answer` answers its question, with something or with nothing; else it is a failure, or only a part. */
function isAnswer(answer) {
	return !answer.truncated && (answer.rcode === Rcode.NoError || answer.rcode === Rcode.NxDomain);
}
/** Whether `answer` says that there is nothing: NXDOMAIN or, where no record has the type asked for, NODATA. */
function isNegative(answer) {
	if (answer.rcode === Rcode.NxDomain) return true;
	if (answer.qtype === Type.ANY) return answer.answerCount === 0;
	for (let record = 0; record < answer.answerCount; record++) if (answer.type[record] === answer.qtype) return false;
	return true;
}
/**
* Seconds `answer` (`isAnswer`) may be served from the cache, 0: not at all. No record outlives its TTL, in whatever
* section it stands.
*/
function lifetimeSeconds(bytes, answer, settings) {
	const shortest = minimumTtl(answer);
	if (!isNegative(answer)) return Math.min(shortest, settings.maxTtlSeconds);
	return Math.max(0, Math.min(shortest, negativeTtl(bytes, answer), settings.maxNegativeTtlSeconds));
}
/** The TTL `record` is kept with: capped, and never what RFC 2181 §8 reads as 0. */
function keptTtl(answer, record, lifetime, settings) {
	const ttl = Math.min(answer.ttl[record], settings.maxTtlSeconds);
	return answer.type[record] === Type.SOA && isNegative(answer) ? Math.min(ttl, lifetime) : ttl;
}
/** RFC 9520 §3.2: a failure is remembered for at least one second and at most five minutes. */
const MIN_FAILURE_MS = 1e3;
const MAX_FAILURE_MS = 3e5;
/** How long the last of so many failures in a row is remembered: twice as long each time. */
function failureMs(failures) {
	return Math.min(MIN_FAILURE_MS * 2 ** Math.min(failures - 1, 9), MAX_FAILURE_MS);
}
// src/cache/draft.ts
/** An entry while it is put together: in one piece, as it will be cut into blocks. A cache needs one. */
/** A record takes at least 11 octets of the message, and its offset two more. */
const MAX_DRAFT_BYTES = offsetsStart(MAX_MESSAGE_BYTES) + 2 * Math.floor(MAX_MESSAGE_BYTES / 11);
var Draft = class {
	/** Laid out as entry-layout.ts says. */
	bytes = Buffer.from(new ArrayBuffer(MAX_DRAFT_BYTES));
	#doubles = new Float64Array(this.bytes.buffer, 0, 2);
	#words = new Int32Array(this.bytes.buffer, 0, 16);
	#message = new Octets(this.bytes.buffer, 64);
	/**
	* Writes an answer whose OPT has been cut off, to be kept for `lifetime` seconds from `nowMs`; not yet what screening
	* found. Returns how many octets it has.
	*/
	answer(message, answer, facet, nowMs, lifetime, settings, ede) {
		const { length, count } = answer;
		const { bytes } = this;
		const kept = this.#message;
		copyOctets(message, 0, kept, 0, length);
		kept[0] = 0;
		kept[1] = 0;
		const nameEnd = answer.questionEnd - 4;
		lowerOctets(kept, 12, nameEnd);
		let end = offsetsStart(length);
		for (let record = 0; record < count; record++) {
			const offset = answer.ttlOffset[record];
			writeTtl(kept, offset, keptTtl(answer, record, lifetime, settings));
			bytes[end++] = offset >>> 8;
			bytes[end++] = offset;
		}
		const words = this.#begin(facet, nowMs, answer.qtype, nameEnd - 12, length);
		words[Field.lengths] |= count << 16;
		words[Field.kind] = answer.rcode | (isNegative(answer) ? 256 : 0);
		words[Field.lifetimeSeconds] = lifetime;
		words[Field.staleSeconds] = Math.floor(settings.staleMs / 1e3);
		words[Field.ede] = ede;
		return end;
	}
	/** Writes an entry that only notes failures: header and question alone; the header is the path's to write. */
	failure({ name, nameLength, qtype, qclass }, facet, nowMs) {
		const message = this.#message;
		message.fill(0, 0, 12);
		message[2] = 128;
		message[3] = Rcode.ServFail;
		message[5] = 1;
		let end = 12;
		copyOctets(name, 0, message, end, nameLength);
		end += nameLength;
		message[end++] = qtype >>> 8;
		message[end++] = qtype;
		message[end++] = qclass >>> 8;
		message[end++] = qclass;
		this.#begin(facet, nowMs, qtype, nameLength, end)[Field.kind] = Rcode.ServFail;
		return 64 + end;
	}
	/** Sets what every entry has, and the other fields to what stands for nothing. */
	#begin(facet, nowMs, qtype, nameLength, length) {
		const words = this.#words;
		for (let word = 0; word < words.length; word++) words[word] = 0;
		this.#doubles[Field.storedAtMs] = nowMs;
		words[Field.facet] = facet;
		words[Field.question] = qtype | nameLength << 16;
		words[Field.lengths] = length;
		words[Field.ede] = -1;
		words[Field.failureEde] = -1;
		return words;
	}
};
/** Up to here copying four octets at a time costs less than a call that copies (benchmark: compare.py hit). */
const SHORT_BYTES = 96;
/** How many blocks so many octets take. */
function blocksFor(octets) {
	return Math.ceil(octets / 192);
}
var Blocks = class {
	/** Block b begins at octet b × BLOCK_BYTES. */
	bytes;
	/** The same memory. */
	buffer;
	words;
	doubles;
	/** The block that follows in its chain; 0: none. */
	next;
	count;
	/** The first of the chain of free blocks. */
	#free = 0;
	/** The highest that was ever taken. */
	#highest = 0;
	#used = 0;
	/** `count` blocks. Throws a RangeError where the system has no memory for so many. */
	constructor(count) {
		const memory = /* @__PURE__ */ new ArrayBuffer((count + 1) * 192);
		this.count = count;
		this.bytes = new Octets(memory);
		this.buffer = Buffer.from(memory);
		this.words = new Int32Array(memory);
		this.doubles = new Float64Array(memory);
		this.next = new Int32Array(count + 1);
	}
	get used() {
		return this.#used;
	}
	/** The highest block that was ever taken; none behind it holds anything. */
	get highest() {
		return this.#highest;
	}
	get unused() {
		return this.count - this.#used;
	}
	/** Takes a chain of `count` blocks, at least 1 and at most `unused`. Returns the first. What is in them is not cleared. */
	take(count) {
		const { next } = this;
		const first = this.#one();
		let last = first;
		for (let more = 1; more < count; more++) last = next[last] = this.#one();
		next[last] = 0;
		this.#used += count;
		return first;
	}
	/** Gives back a whole chain. */
	giveBack(first) {
		const { next } = this;
		let last = first;
		let count = 1;
		for (; next[last] !== 0; count++) last = next[last];
		next[last] = this.#free;
		this.#free = first;
		this.#used -= count;
	}
	/** Gives everything back. */
	clear() {
		this.#free = this.#highest = this.#used = 0;
	}
	/** Copies the first `length` octets of `source` to the start of a chain that has room for them. */
	write(first, source, length) {
		const { buffer, next } = this;
		for (let at = 0, block = first; at < length; at += 192, block = next[block]) source.copy(buffer, block * 192, at, Math.min(at + 192, length));
	}
	/** Copies `length` octets of a chain, from `from` on, to `out` from `to` on. */
	read(first, from, out, to, length) {
		const { bytes, buffer, next } = this;
		let block = first;
		let start = from;
		for (; start >= 192; start -= 192) block = next[block];
		if (start + length <= 192 && length <= SHORT_BYTES) {
			copyOctets(bytes, block * 192 + start, out, to, length);
			return;
		}
		for (let at = 0; at < length; start = 0, block = next[block]) {
			const begin = block * 192 + start;
			const end = Math.min(begin + length - at, (block + 1) * 192);
			buffer.copy(out, to + at, begin, end);
			at += end - begin;
		}
	}
	/** Copies a chain of other blocks, for which there must be room. Returns its first block here. */
	adopt(others, first) {
		const copy = this.take(others.lengthOf(first));
		for (let other = first, block = copy; other !== 0; other = others.next[other], block = this.next[block]) others.buffer.copy(this.buffer, block * 192, other * 192, (other + 1) * 192);
		return copy;
	}
	/** How many blocks a chain has. */
	lengthOf(first) {
		let count = 0;
		for (let block = first; block !== 0; block = this.next[block]) count++;
		return count;
	}
	#one() {
		const block = this.#free;
		if (block === 0) return ++this.#highest;
		this.#free = this.next[block];
		return block;
	}
};
// src/cache/entry-index.ts
var EntryIndex = class {
	#bucket;
	#mask;
	#hash;
	#sameBucket;
	#older;
	#newer;
	#oldest = 0;
	#newest = 0;
	#size = 0;
	/** For entries 1 to `count`. */
	constructor(count) {
		const buckets = 1 << 31 - Math.clz32(Math.max(1, count));
		this.#bucket = new Int32Array(buckets);
		this.#mask = buckets - 1;
		this.#hash = new Int32Array(count + 1);
		this.#sameBucket = new Int32Array(count + 1);
		this.#older = new Int32Array(count + 1);
		this.#newer = new Int32Array(count + 1);
	}
	get size() {
		return this.#size;
	}
	/** The entry that was not used for longest; 0: there is none. */
	get oldest() {
		return this.#oldest;
	}
	/** The one that was used next after `entry`; 0: none. */
	newerThan(entry) {
		return this.#newer[entry];
	}
	/** The hash `entry` was added with. */
	hashOf(entry) {
		return this.#hash[entry];
	}
	/** The entry of this hash (32 bits, signed); 0: none. */
	find(hash) {
		let entry = this.#bucket[hash & this.#mask];
		while (entry !== 0 && this.#hash[entry] !== hash) entry = this.#sameBucket[entry];
		return entry;
	}
	/** Whether an entry begins with that block. */
	has(block) {
		return this.find(this.#hash[block]) === block;
	}
	/** Adds an entry that is not here, under a hash that is not here either, as the one used last. */
	add(entry, hash) {
		const bucket = hash & this.#mask;
		this.#hash[entry] = hash;
		this.#sameBucket[entry] = this.#bucket[bucket];
		this.#bucket[bucket] = entry;
		this.#append(entry);
		this.#size++;
	}
	/** Makes `entry` the one used last. */
	touch(entry) {
		if (entry === this.#newest) return;
		this.#unlink(entry);
		this.#append(entry);
	}
	remove(entry) {
		const bucket = this.#hash[entry] & this.#mask;
		const after = this.#sameBucket[entry];
		let before = this.#bucket[bucket];
		if (before === entry) this.#bucket[bucket] = after;
		else {
			while (this.#sameBucket[before] !== entry) before = this.#sameBucket[before];
			this.#sameBucket[before] = after;
		}
		this.#unlink(entry);
		this.#size--;
	}
	clear() {
		this.#bucket.fill(0);
		this.#oldest = this.#newest = this.#size = 0;
	}
	#append(entry) {
		const before = this.#newest;
		this.#older[entry] = before;
		this.#newer[entry] = 0;
		if (before === 0) this.#oldest = entry;
		else this.#newer[before] = entry;
		this.#newest = entry;
	}
	#unlink(entry) {
		const older = this.#older[entry];
		const newer = this.#newer[entry];
		if (older === 0) this.#oldest = newer;
		else this.#newer[older] = newer;
		if (newer === 0) this.#newest = older;
		else this.#older[newer] = older;
	}
};
// src/cache/question.ts
/** What the cache knows a question by. */
const GROUP_SHIFT = 18;
/** Class, DO, CD and upstream group as one number; groups are far fewer than the 16,384 that fit. */
function facetOf(qclass, dnssecOk, checkingDisabled, group) {
	return group << GROUP_SHIFT | qclass << 2 | (dnssecOk ? 2 : 0) | (checkingDisabled ? 1 : 0);
}
/** The upstream group of a facet. */
function groupOf$1(facet) {
	return facet >>> GROUP_SHIFT;
}
/**
* 32 bits of a question, signed. The policy's suffix hashes do not serve here: their seed changes with every snapshot,
* and the cache outlives it.
*/
function hashOf(seed, name, nameLength, qtype, facet) {
	let hash = hashBytes(name, 0, nameLength, seed);
	hash = Math.imul(hash ^ qtype ^ hash >>> 15, 2246822507);
	hash = Math.imul(hash ^ facet ^ hash >>> 13, 3266489909);
	return hash ^ hash >>> 16;
}
// src/cache/entry.ts
/** A kept answer, looked at where it stands: in blocks, as entry-layout.ts says. */
/** After this long without a failure the next one counts as the first again. */
const FORGET_FAILURES_MS = 2 * MAX_FAILURE_MS;
const BLOCK_WORDS = 48;
const BLOCK_DOUBLES = 24;
/**
* The entry that the cache was asked for last. There is one for all: it is good until the next call into the cache.
* Reading it makes no object, but the words of a screening that found something.
*/
var Entry = class {
	#blocks;
	#first = 0;
	#nowMs = .5;
	#screened = /* @__PURE__ */ new Int32Array(0);
	#screenedBytes = Buffer.alloc(0);
	constructor(blocks) {
		this.#blocks = blocks;
	}
	/** Turns to the entry that begins with block `first`, as it is at `nowMs` by the wall clock. */
	at(first, nowMs) {
		this.#first = first;
		this.#nowMs = nowMs;
		return this;
	}
	/** Its first block, by which the index knows it. */
	get first() {
		return this.#first;
	}
	/** See `facetOf`. */
	get facet() {
		return this.#field(Field.facet);
	}
	/** Type it was asked for. */
	get qtype() {
		return this.#field(Field.question) & 65535;
	}
	/** Which upstreams it came from: 0 the general ones, 1 … a forward zone's. */
	get group() {
		return groupOf$1(this.facet);
	}
	/** Octets of the message. */
	get messageLength() {
		return this.#field(Field.lengths) & 65535;
	}
	get ttlCount() {
		return this.#field(Field.lengths) >>> 16;
	}
	/** The message's rcode; SERVFAIL for what only notes a failure. */
	get rcode() {
		return this.#field(Field.kind) & 255;
	}
	get negative() {
		return this.#field(Field.kind) >>> 8 === 1;
	}
	/** The upstream's Extended DNS Error, or -1. */
	get ede() {
		return this.#field(Field.ede);
	}
	/** By the wall clock, which goes on while a virtual machine is suspended. */
	get storedAtMs() {
		return this.#blocks.doubles[this.#first * BLOCK_DOUBLES + Field.storedAtMs];
	}
	get lifetimeSeconds() {
		return this.#field(Field.lifetimeSeconds);
	}
	/** Seconds it may be served stale after that (RFC 8767). */
	get staleSeconds() {
		return this.#field(Field.staleSeconds);
	}
	/** Failures in a row to get an answer to this question. */
	get failures() {
		return this.#field(Field.failures);
	}
	/** Until when that is not tried again (RFC 9520). */
	get failedUntilMs() {
		return this.#blocks.doubles[this.#first * BLOCK_DOUBLES + Field.failedUntilMs];
	}
	/** Extended DNS Error of the latest failure, or -1. */
	get failureEde() {
		return this.#field(Field.failureEde);
	}
	/** It only notes a failure: no answer is kept with a lifetime of 0. */
	get isFailure() {
		return this.lifetimeSeconds === 0;
	}
	/** It may still be of use, if only to count failures on; else it is as good as gone. */
	get isUsable() {
		const ageMs = this.#ageMs();
		if (ageMs < -6e4) return false;
		return ageMs < (this.lifetimeSeconds + this.staleSeconds) * 1e3 || this.#remembersFailures();
	}
	/** Its answer holds. */
	get isFresh() {
		const { lifetimeSeconds } = this;
		return this.#ageMs() < lifetimeSeconds * 1e3 && lifetimeSeconds !== 0;
	}
	/** Its answer, fresh or stale, may be served. */
	get isServable() {
		return this.#ageMs() < (this.lifetimeSeconds + this.staleSeconds) * 1e3 && !this.isFailure;
	}
	/** Nobody could answer the question a moment ago: do not ask again yet. Over, too, once the clock has been set back. */
	get isFailing() {
		const leftMs = this.failedUntilMs - this.#nowMs;
		return leftMs > 0 && leftMs <= failureMs(this.failures);
	}
	/** Whether it answers this question. */
	matches(name, nameLength, qtype, facet) {
		if (this.facet !== facet || this.#field(Field.question) !== (qtype | nameLength << 16)) return false;
		const { bytes, next } = this.#blocks;
		let block = this.#first;
		let start = block * 192 + NAME_START;
		let stop = Math.min(nameLength, 116);
		for (let at = 0;;) {
			if (!sameOctets(bytes, start, name, at, stop - at)) return false;
			if (stop === nameLength) return true;
			at = stop;
			block = next[block];
			start = block * 192;
			stop = Math.min(nameLength, at + 192);
		}
	}
	/** Copies the name asked for, lower-case, to the start of `out` (255 octets). Returns its length. */
	copyName(out) {
		const length = this.#field(Field.question) >>> 16;
		this.#blocks.read(this.#first, NAME_START, out, 0, length);
		return length;
	}
	/** Copies the message, its TTLs as they were stored, to the start of `out`. Returns its length, -1: `out` is too short. */
	copyMessage(out) {
		const length = this.messageLength;
		if (length > out.length) return -1;
		this.#blocks.read(this.#first, 64, out, 0, length);
		return length;
	}
	/**
	* Copies the message into `out` with its TTLs as they are now: less by the whole seconds it has been kept, or
	* `staleTtlSeconds` (RFC 8767 §4) once it is stale. Id 0, flags as they came; the question is left out, because the
	* caller has it as it was asked. Returns the message's length, or -1 where `out` is too short.
	*/
	write(out, questionLength, staleTtlSeconds) {
		const length = this.messageLength;
		if (length > out.length) return -1;
		this.#blocks.read(this.#first, 64, out, 0, 12);
		const behind = 12 + questionLength;
		this.#blocks.read(this.#first, 64 + behind, out, behind, length - behind);
		const ageMs = this.#ageMs();
		const isStale = ageMs >= this.lifetimeSeconds * 1e3;
		this.#writeTtls(out, length, Math.max(0, Math.floor(ageMs / 1e3)), isStale ? staleTtlSeconds : -1);
		return length;
	}
	/** Sets every TTL in `out`, which the message was copied to: less `elapsedSeconds`, or to `staleTtlSeconds` if not -1. */
	#writeTtls(out, length, elapsedSeconds, staleTtlSeconds) {
		const { bytes, next } = this.#blocks;
		let block = this.#first;
		let place = offsetsStart(length);
		for (; place >= 192; place -= 192) block = next[block];
		place += block * 192;
		let end = (block + 1) * 192;
		for (let left = this.ttlCount; left > 0; left--, place += 2) {
			if (place === end) {
				block = next[block];
				place = block * 192;
				end = place + 192;
			}
			const at = bytes[place] << 8 | bytes[place + 1];
			writeTtl(out, at, staleTtlSeconds >= 0 ? staleTtlSeconds : Math.max(0, readTtl(out, at) - elapsedSeconds));
		}
	}
	/** The policy snapshot `screened` was found under: the query path screens again under another one. */
	get generation() {
		return this.#field(Field.generation);
	}
	/** The list sets of the answer's aliases and addresses; null: none. As good as the entry, and for as long. */
	get screened() {
		const length = this.#field(Field.screenedLength);
		if (length === 0) return null;
		if (this.#screened.length !== length) {
			this.#screened = new Int32Array(length);
			this.#screenedBytes = octetsOf(this.#screened);
		}
		this.#blocks.read(this.#field(Field.screened), 0, this.#screenedBytes, 0, 4 * length);
		return this.#screened;
	}
	/** For the cache, which has made room: notes what screening found under the policy of `generation`. */
	setScreened(generation, screened) {
		this.dropScreened();
		const length = screened?.length ?? 0;
		if (length > 0) {
			const chain = this.#blocks.take(blocksFor(4 * length));
			this.#blocks.write(chain, octetsOf(screened), 4 * length);
			this.#setField(Field.screened, chain);
			this.#setField(Field.screenedLength, length);
		}
		this.#setField(Field.generation, generation);
	}
	/** Gives back the room of what screening found. */
	dropScreened() {
		if (this.#field(Field.screenedLength) === 0) return;
		this.#blocks.giveBack(this.#field(Field.screened));
		this.#setField(Field.screened, 0);
		this.#setField(Field.screenedLength, 0);
	}
	/** For the cache: one failure more to get an answer. `ede`: why, or -1; remembered for `mostMs` at most. */
	fail(ede, mostMs) {
		const failures = this.failures + 1;
		this.#setFailures(failures, this.#nowMs + Math.min(failureMs(failures), mostMs));
		this.#setField(Field.failureEde, ede);
	}
	/** For the cache: the question may be asked again. */
	forgetFailures() {
		this.#setFailures(0, 0);
	}
	#ageMs() {
		return this.#nowMs - this.storedAtMs;
	}
	#remembersFailures() {
		return this.failures > 0 && this.#nowMs < this.failedUntilMs + FORGET_FAILURES_MS;
	}
	#setFailures(failures, untilMs) {
		this.#setField(Field.failures, failures);
		this.#blocks.doubles[this.#first * BLOCK_DOUBLES + Field.failedUntilMs] = untilMs;
	}
	#field(field) {
		return this.#blocks.words[this.#first * BLOCK_WORDS + field];
	}
	#setField(field, value) {
		this.#blocks.words[this.#first * BLOCK_WORDS + field] = value;
	}
};
function octetsOf(words) {
	return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
// src/cache/entries.ts
/**
* The entries of one cache: their blocks, where to find them, and who has to go when there is no room. Whatever takes
* an entry away gives its blocks back here.
*/
/** All that a block costs, whether an entry begins with it or not. */
const BYTES_PER_KEPT_BLOCK = 216;
var Entries = class {
	maxBytes;
	#blocks;
	#index;
	/** What callers get. */
	#found;
	/** What goes round in here, so that what a caller looks at stays where it is. */
	#passing;
	/**
	* Reserves `maxBytes`: only addresses, the system gives the memory as it is written. Throws a RangeError where it
	* refuses them.
	*/
	constructor(maxBytes) {
		const count = Math.floor(maxBytes / BYTES_PER_KEPT_BLOCK);
		this.maxBytes = maxBytes;
		try {
			this.#blocks = new Blocks(count);
			this.#index = new EntryIndex(count);
		} catch (cause) {
			throw new RangeError(`cache.size: the system has no room for ${maxBytes} bytes; choose less`, { cause });
		}
		this.#found = new Entry(this.#blocks);
		this.#passing = new Entry(this.#blocks);
	}
	get count() {
		return this.#index.size;
	}
	/** What they take, as accounted. */
	get bytes() {
		return this.#blocks.used * BYTES_PER_KEPT_BLOCK;
	}
	/** The entry of this hash as it is at `nowMs`, or null: good until the next call that returns one. */
	find(hash, nowMs) {
		const first = this.#index.find(hash);
		return first === 0 ? null : this.#found.at(first, nowMs);
	}
	/** Makes it the one used last. */
	touch(entry) {
		this.#index.touch(entry.first);
	}
	/**
	* Adds the entry that the first `octets` of `draft` hold, in place of whatever has that hash. Returns it, or null
	* where it is larger than all the room there is.
	*/
	add(hash, draft, octets, generation, screened, nowMs) {
		this.removeHash(hash);
		const count = blocksFor(octets);
		if (!this.#makeRoom(count + blocksOf(screened))) return null;
		const first = this.#blocks.take(count);
		this.#blocks.write(first, draft, octets);
		this.#index.add(first, hash);
		this.#found.at(first, nowMs).setScreened(generation, screened);
		return this.#found;
	}
	/** Notes what screening found. Where there is no room for it nothing is noted, and the generation stays. */
	setScreened(entry, generation, screened) {
		entry.dropScreened();
		this.touch(entry);
		if (this.#makeRoom(blocksOf(screened), entry.first)) entry.setScreened(generation, screened);
	}
	remove(entry) {
		this.#remove(entry.first);
	}
	removeHash(hash) {
		const first = this.#index.find(hash);
		if (first !== 0) this.#remove(first);
	}
	clear() {
		this.#index.clear();
		this.#blocks.clear();
	}
	/** Shows all, the least recently used first, at no particular time. `look` may remove the one it is shown, and nothing else. */
	forEach(look) {
		for (let first = this.#index.oldest, newer; first !== 0; first = newer) {
			newer = this.#index.newerThan(first);
			look(this.#passing.at(first, 0));
		}
	}
	/**
	* Shows those that begin in the `count` blocks from `from` on, 1 at first, as they are at `nowMs`; `look` changes nothing.
	* Returns the block to go on with, 0 when there is no other. What is there all the while is shown once, whatever comes
	* and goes between two calls.
	*/
	walk(from, count, nowMs, look) {
		const { highest } = this.#blocks;
		const end = Math.min(highest + 1, from + count);
		for (let block = from; block < end; block++) if (this.#index.has(block)) look(this.#passing.at(block, nowMs));
		return end > highest ? 0 : end;
	}
	/** Takes over the entries of `others`, which are then of no use: as many as there is room for, the oldest go first. */
	adopt(others) {
		others.forEach((other) => {
			const { generation, screened } = other;
			const count = others.#blocks.lengthOf(other.first);
			if (!this.#makeRoom(count + blocksOf(screened))) return;
			other.dropScreened();
			const first = this.#blocks.adopt(others.#blocks, other.first);
			this.#index.add(first, others.#index.hashOf(other.first));
			this.#passing.at(first, 0).setScreened(generation, screened);
		});
	}
	/** Lets go of what was used longest ago until `count` blocks are free. False: there are not as many beside `spared`. */
	#makeRoom(count, spared = 0) {
		if (count > this.#blocks.count - this.#blocks.lengthOf(spared)) return false;
		while (this.#blocks.unused < count) this.#remove(this.#index.oldest);
		return true;
	}
	#remove(first) {
		this.#index.remove(first);
		this.#passing.at(first, 0).dropScreened();
		this.#blocks.giveBack(first);
	}
};
function blocksOf(screened) {
	return screened === null ? 0 : blocksFor(screened.byteLength);
}
// src/cache/answer-cache.ts
var AnswerCache = class {
	#clock;
	#seed;
	#draft = new Draft();
	#name = /* @__PURE__ */ new Uint8Array(255);
	#settings;
	#entries;
	/**
	* `seed`: 32 random bits, so that nobody outside can build names of one hash. Throws a RangeError where the system
	* refuses the memory.
	*/
	constructor(settings, clock, seed) {
		this.#settings = settings;
		this.#clock = clock;
		this.#seed = seed;
		this.#entries = new Entries(settings.maxBytes);
	}
	/**
	* The entry of this question, undefined where there is none of any use. It may be fresh, stale, failing, or merely
	* remember how often the question failed: ask it, before the next call into the cache.
	*/
	find(key, qtype, qclass, dnssecOk, checkingDisabled, group) {
		const facet = facetOf(qclass, dnssecOk, checkingDisabled, group);
		const hash = hashOf(this.#seed, key.bytes, key.length, qtype, facet);
		const entry = this.#entries.find(hash, this.#clock.wallMs());
		if (entry === null || !entry.matches(key.bytes, key.length, qtype, facet)) return void 0;
		if (entry.isUsable) {
			this.#entries.touch(entry);
			return entry;
		}
		this.#entries.remove(entry);
	}
	/**
	* Keeps `message`, which `answer` was read from and whose OPT has been cut off. Returns the entry, or null for what
	* is not kept: TTL 0, negative without SOA (RFC 2308 §5), truncated, an rcode but NOERROR and NXDOMAIN, larger than
	* all the cache.
	*/
	store(question, message, answer, notes) {
		if (!isAnswer(answer)) return null;
		const facet = facetOfQuestion(question);
		const hash = hashOfQuestion(this.#seed, question, facet);
		const lifetime = lifetimeSeconds(message, answer, this.#settings);
		if (lifetime === 0) {
			this.#entries.removeHash(hash);
			return null;
		}
		const nowMs = this.#clock.wallMs();
		const octets = this.#draft.answer(message, answer, facet, nowMs, lifetime, this.#settings, notes.ede);
		return this.#entries.add(hash, this.#draft.bytes, octets, notes.generation, notes.screened, nowMs);
	}
	/**
	* Notes that nobody could answer this question: `failedUntilMs` of its entry says until when it need not be asked
	* again, one second at first, twice as long each time up to `mostMs` (RFC 9520 §3.2). An answer that may be served
	* stale stays. `ede`: why, or -1. Null: larger than all the cache.
	*/
	storeFailure(question, ede, mostMs = MAX_FAILURE_MS) {
		const nowMs = this.#clock.wallMs();
		const facet = facetOfQuestion(question);
		const hash = hashOfQuestion(this.#seed, question, facet);
		let entry = this.#entries.find(hash, nowMs);
		if (!entry?.matches(question.name, question.nameLength, question.qtype, facet) || !entry.isUsable) {
			const octets = this.#draft.failure(question, facet, nowMs);
			entry = this.#entries.add(hash, this.#draft.bytes, octets, 0, null, nowMs);
		}
		entry?.fail(ede, mostMs);
		return entry;
	}
	/**
	* Notes what screening found of `entry`, the one asked for last, under the policy of `generation`. Where there is no
	* room for it nothing is noted, and the answer will be screened again.
	*/
	noteScreening(entry, generation, screened) {
		this.#entries.setScreened(entry, generation, screened);
	}
	/** Lets every question be asked again: there are other servers now. Answers stay. */
	forgetFailures() {
		this.#entries.forEach((entry) => entry.forgetFailures());
	}
	/**
	* Removes all entries of `name` (lower-case wire form), with `below` also of the names under it; with null all
	* there are. Returns how many. Looks at every entry: for people, not for the path.
	*/
	flush(name, below = false) {
		const before = this.#entries.count;
		if (name === null) this.#entries.clear();
		else this.#entries.forEach((entry) => {
			const length = entry.copyName(this.#name);
			if (isOf(this.#name, length, name.bytes, name.length, below)) this.#entries.remove(entry);
		});
		return before - this.#entries.count;
	}
	/**
	* Shows the answers kept in the `count` blocks from `from` on, 1 at first, and returns where to go on, 0 at the end: for
	* people, a little at a time between queries. See Entries.walk.
	*/
	walk(from, count, look) {
		return this.#entries.walk(from, count, this.#clock.wallMs(), look);
	}
	/**
	* Takes changed settings. What is kept stays with the lifetime it was given, as far as there is room. False: the
	* system refuses the memory for `maxBytes`, and the cache keeps the size it has.
	*/
	configure(settings) {
		this.#settings = settings;
		if (settings.maxBytes === this.#entries.maxBytes) return true;
		try {
			const entries = new Entries(settings.maxBytes);
			entries.adopt(this.#entries);
			this.#entries = entries;
			return true;
		} catch (error) {
			if (error instanceof RangeError) return false;
			throw error;
		}
	}
	get entries() {
		return this.#entries.count;
	}
	/** What they take, as accounted. */
	get bytes() {
		return this.#entries.bytes;
	}
};
function facetOfQuestion({ qclass, dnssecOk, checkingDisabled, group }) {
	return facetOf(qclass, dnssecOk, checkingDisabled, group);
}
function hashOfQuestion(seed, { name, nameLength, qtype }, facet) {
	return hashOf(seed, name, nameLength, qtype, facet);
}
/** Whether the name `own` is `name` or, with `below`, under it. */
function isOf(own, ownLength, name, nameLength, below) {
	if (ownLength < nameLength || !below && ownLength !== nameLength) return false;
	let start = 0;
	while (ownLength - start > nameLength) start += own[start] + 1;
	if (ownLength - start !== nameLength) return false;
	for (let at = 0; at < nameLength; at++) if (own[start + at] !== name[at]) return false;
	return true;
}
// src/clock.ts
/** The machine's own clocks. */
const systemClock = {
	monotonicMs: () => performance.now(),
	wallMs: () => Date.now(),
	every(intervalMs, tick) {
		const timer = setInterval(tick, intervalMs);
		timer.unref();
		return () => clearInterval(timer);
	}
};
// src/log/log.ts
/**
* A thread's logger: pino, one JSON object a line, into the thread's ring. Writing a line is a copy in memory; what
* becomes of it is the control thread's business (drain.ts).
*/
/**
* The logger of thread `thread`. Lines: `{"level":"info","time":"2026-11-21T08:00:00.000Z","thread":"lists","msg":"…"}`,
* errors under `error`. Never throws and never waits: a line the ring has no room for is counted there.
*/
function createLog(thread, ring, level, clock = systemClock) {
	return pino({
		level,
		base: { thread },
		errorKey: "error",
		timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
		formatters: { level: (label) => ({ level: label }) }
	}, { write: (line) => void ring.write(line) });
}
// src/metrics/counters.ts
/**
* Counters of one resolver thread in shared memory: the thread alone writes, the control thread reads at a scrape.
* A restarted thread goes on counting in the same block. 64-bit floats hold whole numbers exactly up to 2^53.
*/
const OUTCOMES = [
	"blocked",
	"cached",
	"stale",
	"forwarded",
	"local",
	"refused",
	"limited",
	"invalid",
	"failed",
	"dropped"
];
/** How a query ended, as an index into the counters. */
const Outcome = {
	blocked: 0,
	cached: 1,
	stale: 2,
	forwarded: 3,
	local: 4,
	refused: 5,
	limited: 6,
	invalid: 7,
	failed: 8,
	dropped: 9
};
const TRANSPORTS = ["udp", "tcp"];
/** Upper bounds of the duration histogram, seconds. The last bucket is +Inf. */
const DURATION_BUCKETS = [
	5e-5,
	1e-4,
	25e-5,
	5e-4,
	.001,
	.0025,
	.005,
	.01,
	.025,
	.05,
	.1,
	.25,
	.5,
	1,
	2.5,
	5,
	10
];
const BUCKETS = DURATION_BUCKETS.length + 1;
const RCODES = 24;
const QUERIES = 0;
const ANSWERS = QUERIES + TRANSPORTS.length;
const RESPONSES = ANSWERS + OUTCOMES.length;
const DURATIONS = RESPONSES + RCODES;
const DURATION_SUMS = DURATIONS + OUTCOMES.length * BUCKETS;
const NAMED = DURATION_SUMS + OUTCOMES.length;
/** Single counters and gauges of a thread. */
const NAMED_COUNTERS = [
	"udpReceiveDrops",
	"udpTruncated",
	"udpSendErrors",
	"hitsFolded",
	"hitsLost",
	"cacheEntries",
	"cacheBytes",
	"tcpConnections",
	"tcpRefused",
	"coalesced",
	"upstreamPending",
	"upstreamTcp",
	"upstreamMismatched",
	"rateLimited",
	"screenedAgain",
	"bypassQueries"
];
const COUNTER_BYTES = (NAMED + NAMED_COUNTERS.length) * 8;
const NAMED_INDEX = Object.fromEntries(NAMED_COUNTERS.map((name, index) => [name, NAMED + index]));
/** Writes (resolver thread) and reads (control thread) one block. */
var Counters = class {
	#counted;
	/** What is written: `#counted`, or where nobody reads. */
	#words;
	#uncounted = null;
	/** `memory` holds at least `COUNTER_BYTES`. */
	constructor(memory = new ArrayBuffer(COUNTER_BYTES)) {
		this.#counted = new Float64Array(memory, 0, COUNTER_BYTES / 8);
		this.#words = this.#counted;
	}
	/** Runs `work`, of which nothing is counted: what the server asks itself is no client's query. */
	uncounted(work) {
		this.#words = this.#uncounted ??= new Float64Array(new SharedArrayBuffer(COUNTER_BYTES));
		try {
			return work();
		} finally {
			this.#words = this.#counted;
		}
	}
	/** A query arrived; 0 UDP, 1 TCP. */
	query(transport) {
		this.#words[QUERIES + transport] += 1;
	}
	/** A query ended after `durationMs`; `rcode` is -1 where nothing was sent. */
	answer(outcome, rcode, durationMs) {
		const words = this.#words;
		words[ANSWERS + outcome] += 1;
		if (rcode >= 0) words[RESPONSES + (rcode < RCODES ? rcode : 23)] += 1;
		const seconds = durationMs / 1e3;
		let bucket = 0;
		while (bucket < BUCKETS - 1 && seconds > DURATION_BUCKETS[bucket]) bucket++;
		words[DURATIONS + outcome * BUCKETS + bucket] += 1;
		words[DURATION_SUMS + outcome] += seconds;
	}
	add(name, amount = 1) {
		this.#words[NAMED_INDEX[name]] += amount;
	}
	set(name, value) {
		this.#words[NAMED_INDEX[name]] = value;
	}
	named(name) {
		return this.#words[NAMED_INDEX[name]];
	}
	queries(transport) {
		return this.#words[QUERIES + transport];
	}
	answers(outcome) {
		return this.#words[ANSWERS + outcome];
	}
	/** Responses sent with `rcode`; the last place (23) holds all above. */
	responses(rcode) {
		return this.#words[RESPONSES + rcode];
	}
	/** Buckets not cumulated, the last +Inf, and the sum in seconds. */
	durations(outcome) {
		const from = DURATIONS + outcome * BUCKETS;
		return {
			buckets: this.#words.slice(from, from + BUCKETS),
			sum: this.#words[DURATION_SUMS + outcome]
		};
	}
};
// src/net/batch-clock.ts
var BatchClock = class {
	#clock;
	#monotonicMs = 0;
	#wallMs = 0;
	#isStale = true;
	constructor(clock) {
		this.#clock = clock;
	}
	/** From now on it is later: at the start of a batch, of a tick, of whatever else the event loop calls. */
	move = () => {
		this.#isStale = true;
	};
	monotonicMs() {
		if (this.#isStale) this.#read();
		return this.#monotonicMs;
	}
	wallMs() {
		if (this.#isStale) this.#read();
		return this.#wallMs;
	}
	every(intervalMs, tick) {
		return this.#clock.every(intervalMs, () => {
			this.move();
			tick();
		});
	}
	#read() {
		this.#monotonicMs = this.#clock.monotonicMs();
		this.#wallMs = this.#clock.wallMs();
		this.#isStale = false;
	}
};
// src/net/libc.ts
/**
* The calls of the C library that Node does not offer, by FFI. Linux on 64 bits only: elsewhere `libc` is null, and
* whoever uses it has another way. Addresses are numbers: those of user space have at most 48 bits.
*/
/** Linux numbers, the same on x86-64 and arm64. */
const C = {
	AF_UNIX: 1,
	AF_INET: 2,
	AF_INET6: 10,
	SOCK_STREAM: 1,
	SOCK_DGRAM: 2,
	SOCK_CLOEXEC: 524288,
	SOCK_NONBLOCK: 2048,
	SOL_SOCKET: 1,
	SO_REUSEADDR: 2,
	SO_RCVBUF: 8,
	SO_REUSEPORT: 15,
	SO_RCVBUFFORCE: 33,
	SO_ATTACH_REUSEPORT_CBPF: 51,
	SO_MEMINFO: 55,
	IPPROTO_IP: 0,
	IP_PKTINFO: 8,
	IP_TRANSPARENT: 19,
	IPPROTO_IPV6: 41,
	IPV6_V6ONLY: 26,
	IPV6_RECVPKTINFO: 49,
	IPV6_PKTINFO: 50,
	IPV6_TRANSPARENT: 75,
	F_DUPFD_CLOEXEC: 1030,
	MSG_CTRUNC: 8,
	MSG_TRUNC: 32,
	MSG_DONTWAIT: 64,
	MSG_NOSIGNAL: 16384,
	EPOLL_CLOEXEC: 524288,
	EPOLL_CTL_ADD: 1,
	EPOLL_CTL_DEL: 2,
	EPOLLIN: 1,
	POLLOUT: 4
};
const SIGNATURES = {
	socket: "int socket(int, int, int)",
	bind: "int bind(int, const void *, uint)",
	connect: "int connect(int, const void *, uint)",
	listen: "int listen(int, int)",
	setsockopt: "int setsockopt(int, int, int, const void *, uint)",
	getsockopt: "int getsockopt(int, int, int, void *, void *)",
	getsockname: "int getsockname(int, void *, void *)",
	fcntl: "int fcntl(int, int, int)",
	sendto: "long sendto(int, const void *, ulong, int, const void *, uint)",
	close: "int close(int)",
	recvmmsg: "int recvmmsg(int, uintptr_t, uint, int, uintptr_t)",
	sendmmsg: "int sendmmsg(int, uintptr_t, uint, int)",
	poll: "int poll(void *, ulong, int)",
	epoll_create1: "int epoll_create1(int)",
	epoll_ctl: "int epoll_ctl(int, int, int, uintptr_t)",
	epoll_wait: "int epoll_wait(int, uintptr_t, int, int)",
	usleep: "int usleep(uint)"
};
/** The FFI and the calls; null where they cannot be had: another system, or no prebuilt FFI for this processor. */
const loaded = load$1();
const libc = loaded?.calls ?? null;
function load$1() {
	if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return null;
	try {
		const koffi = createRequire(import.meta.url)("koffi");
		const program = koffi.load(null);
		return {
			koffi,
			program,
			calls: Object.fromEntries(Object.entries(SIGNATURES).map(([name, signature]) => [name, program.func(signature)]))
		};
	} catch {
		return null;
	}
}
/** A function of this process by its C prototype, numbers only. Throws where there is none of that name. */
function nativeFunction(prototype) {
	if (loaded === null) throw new Error("the FFI library is missing");
	return loaded.program.func(prototype);
}
/** The name of the latest call's errno in this thread, such as EADDRINUSE. */
function lastErrno() {
	const errno = loaded?.koffi.errno() ?? 0;
	return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}
/** Where the bytes of `memory` lie; they never move. */
function addressOf(memory) {
	return Number(loaded.koffi.address(memory));
}
const HEADER_BYTES$3 = 64;
const PART_BYTES = 16;
/** Room for either sockaddr. */
const NAME_ROOM = 28;
const NAME_LENGTH$1 = 2;
const CONTROL_LENGTH = 10;
const FLAGS$1 = 12;
const LENGTH = 14;
const HEADER_WORDS = HEADER_BYTES$3 / 4;
const PARTS = 4096;
const NAMES$1 = 5120;
const CONTROLS = 7168;
const BUFFERS = 9728;
const PART_LENGTH = 1026;
const PART_WORDS = PART_BYTES / 4;
var MmsgArena = class {
	/** Address of the first header, for the system call. */
	base;
	/** The room of each message. */
	buffers;
	/** All bytes; name i stands at `nameOf(i)`. */
	bytes;
	words;
	#bufferBytes;
	#controlRoom;
	/**
	* `bufferBytes`: room for one datagram; a longer one is cut, and says so. `controlRoom`: CONTROL_ROOM, to receive the
	* address that was asked with each; 0 for sockets that do not tell it.
	*/
	constructor(bufferBytes, controlRoom = 0) {
		this.#bufferBytes = bufferBytes;
		this.#controlRoom = controlRoom;
		const memory = /* @__PURE__ */ new ArrayBuffer(BUFFERS + 64 * bufferBytes);
		this.base = addressOf(memory);
		this.bytes = new Octets(memory);
		this.words = new Int32Array(memory);
		this.buffers = Array.from({ length: 64 }, (_, i) => new Octets(memory, BUFFERS + i * bufferBytes, bufferBytes));
		const view = new DataView(memory);
		for (let i = 0; i < 64; i++) {
			view.setBigUint64(i * HEADER_BYTES$3, BigInt(this.base + this.nameOf(i)), true);
			view.setBigUint64(i * HEADER_BYTES$3 + 16, BigInt(this.base + PARTS + i * PART_BYTES), true);
			view.setBigUint64(i * HEADER_BYTES$3 + 24, 1n, true);
			view.setBigUint64(i * HEADER_BYTES$3 + 32, BigInt(this.base + this.controlOf(i)), true);
			view.setBigUint64(PARTS + i * PART_BYTES, BigInt(this.base + BUFFERS + i * bufferBytes), true);
		}
		this.resetReceived(64);
	}
	/** Byte where the name of message `i` begins. */
	nameOf(i) {
		return NAMES$1 + i * 32;
	}
	/** Byte where the control buffer of message `i` begins. */
	controlOf(i) {
		return CONTROLS + i * 40;
	}
	/** Address of header `i`. */
	headerAt(i) {
		return this.base + i * HEADER_BYTES$3;
	}
	/** What the kernel says of a message received: its length, and whether it was longer than its room. */
	lengthOf(i) {
		return this.words[i * HEADER_WORDS + LENGTH];
	}
	flagsOf(i) {
		return this.words[i * HEADER_WORDS + FLAGS$1];
	}
	/** How much of the control buffer of a message received is filled. */
	controlLengthOf(i) {
		return this.words[i * HEADER_WORDS + CONTROL_LENGTH];
	}
	/** The kernel has written what it used over the room there is, and answers what they take: ready for the next batch. */
	resetReceived(count) {
		for (let i = 0; i < count; i++) {
			this.words[i * HEADER_WORDS + NAME_LENGTH$1] = NAME_ROOM;
			this.setSize(i, this.#bufferBytes);
		}
		if (this.#controlRoom === 0) return;
		for (let i = 0; i < count; i++) this.words[i * HEADER_WORDS + CONTROL_LENGTH] = this.#controlRoom;
	}
	/** The bytes of message `i` that are to be sent. */
	setSize(i, length) {
		this.words[PART_LENGTH + i * PART_WORDS] = length;
	}
	/** Length of the name message `i` is sent to; 0 for a connected socket. */
	setNameLength(i, length) {
		this.words[i * HEADER_WORDS + NAME_LENGTH$1] = length;
	}
	/** Length of what the control buffer of message `i` says; 0: nothing. */
	setControlLength(i, length) {
		this.words[i * HEADER_WORDS + CONTROL_LENGTH] = length;
	}
};
// src/net/pktinfo.ts
/**
* Which address of the machine a datagram was sent to, and which one an answer leaves from: the control message
* IP_PKTINFO (ip(7)) or IPV6_PKTINFO (ipv6(7), RFC 3542 §6), alone in the control buffer of its datagram. On 64-bit
* Linux, in 32-bit words:
*
*   0 cmsg_len, 28 or 36 · 1 its upper half · 2 level · 3 type ·  IPv4: 4 interface · 5 ipi_spec_dst · 6 ipi_addr
*                                                                 IPv6: 4 to 7 address · 8 interface
*
* `ipi_addr` is the destination as the packet has it, `ipi_spec_dst` the address of ours that an answer comes from:
* for a packet to one of our addresses they are the same, for a broadcast they are not.
*/
/** CMSG_LEN of the two structures, and what they take up with their padding (CMSG_SPACE). */
const LENGTH4 = 28;
const LENGTH6 = 36;
const SPACE4 = 32;
const SPACE6 = 40;
const UPPER = 1;
const LEVEL = 2;
const TYPE = 3;
const INTERFACE4 = 4;
const SPEC_DST = 5;
const ADDR4 = 6;
const ADDR6 = 4;
const INTERFACE6 = 8;
/** Where a datagram was sent: not told, to one address of ours, or to many machines (broadcast, multicast). */
const Destination = {
	untold: 0,
	own: 1,
	group: 2
};
/** Says where message `i` from `peer` was sent, and notes it there if it is `own`: an answer leaves from no other. */
function readLocal(arena, i, isIPv4, peer) {
	const { local } = peer;
	if (local === null) return Destination.own;
	const { words, bytes } = arena;
	const at = arena.controlOf(i) >> 2;
	if (arena.controlLengthOf(i) !== (isIPv4 ? SPACE4 : SPACE6)) return Destination.untold;
	if (words[at] !== (isIPv4 ? LENGTH4 : LENGTH6) || words[at + UPPER] !== 0) return Destination.untold;
	if (words[at + LEVEL] !== (isIPv4 ? C.IPPROTO_IP : C.IPPROTO_IPV6)) return Destination.untold;
	if (words[at + TYPE] !== (isIPv4 ? C.IP_PKTINFO : C.IPV6_PKTINFO)) return Destination.untold;
	if (isIPv4) {
		if (words[at + SPEC_DST] !== words[at + ADDR4]) return Destination.group;
		copyOctets(bytes, at + SPEC_DST << 2, local, 12, 4);
		return Destination.own;
	}
	const from = at + ADDR6 << 2;
	if (bytes[from] === 255) return Destination.group;
	copyOctets(bytes, from, local, 0, 16);
	peer.localScope = isLinkLocal(local) ? words[at + INTERFACE6] : 0;
	return Destination.own;
}
/** Message `place` leaves from `local`, of the family of the name it is sent to. Returns the control length. */
function writeLocal$1(arena, place, isIPv4, local, scope) {
	const { words, bytes } = arena;
	const at = arena.controlOf(place) >> 2;
	words[at] = isIPv4 ? LENGTH4 : LENGTH6;
	words[at + UPPER] = 0;
	words[at + LEVEL] = isIPv4 ? C.IPPROTO_IP : C.IPPROTO_IPV6;
	words[at + TYPE] = isIPv4 ? C.IP_PKTINFO : C.IPV6_PKTINFO;
	if (isIPv4) {
		words[at + INTERFACE4] = 0;
		words[at + ADDR4] = 0;
		copyOctets(local, 12, bytes, at + SPEC_DST << 2, 4);
		return SPACE4;
	}
	copyOctets(local, 0, bytes, at + ADDR6 << 2, 16);
	words[at + INTERFACE6] = scope;
	return SPACE6;
}
/** fe80::/10, RFC 4291 §2.5.6: one of these may be there once on each interface. */
function isLinkLocal(address) {
	return address[0] === 254 && (address[1] & 192) === 128;
}
// src/net/send-queue.ts
/** A socket whose buffer is full gets this long to make room, so often in a batch; what fails then is lost, and counted. */
const FULL_WAIT_MS = 2;
const FULL_WAITS = 3;
var SendQueue = class {
	arena;
	#libc;
	#counters;
	#onFailed;
	#poll = /* @__PURE__ */ new Int32Array(2);
	#fd = -1;
	#count = 0;
	/** `arena`: where the messages stand. `onFailed`: one to `fd` could not be sent; called at the end of a flush. */
	constructor(libc, arena, counters, onFailed = () => {}) {
		this.#libc = libc;
		this.#counters = counters;
		this.#onFailed = onFailed;
		this.arena = arena;
	}
	get isEmpty() {
		return this.#count === 0;
	}
	/** The place of the next message for `fd`: fill its buffer and name, then `add`. */
	place(fd) {
		if (this.#count === 64 || fd !== this.#fd && this.#count > 0) this.flush();
		this.#fd = fd;
		return this.#count;
	}
	/**
	* The message in that place is to be sent: `length` bytes, to the name of `nameLength` bytes, from the address its
	* control buffer of `controlLength` bytes says, 0: from the one the socket is bound to.
	*/
	add(length, nameLength, controlLength = 0) {
		this.arena.setSize(this.#count, length);
		this.arena.setNameLength(this.#count, nameLength);
		this.arena.setControlLength(this.#count, controlLength);
		this.#count++;
	}
	flush() {
		const count = this.#count;
		this.#count = 0;
		let waits = 0;
		let failed = null;
		for (let from = 0; from < count;) {
			const sent = this.#libc.sendmmsg(this.#fd, this.arena.headerAt(from), count - from, C.MSG_DONTWAIT);
			if (sent > 0) from += sent;
			else {
				const code = lastErrno();
				if (code === "EAGAIN" && waits++ < FULL_WAITS && this.#waitForRoom()) continue;
				this.#counters.add("udpSendErrors");
				failed = code;
				from++;
			}
		}
		if (failed !== null) this.#onFailed(this.#fd, failed);
	}
	/** What is queued for a socket that is being closed is nobody's any more. */
	forget(fd) {
		if (fd === this.#fd) this.#count = 0;
	}
	#waitForRoom() {
		this.#poll[0] = this.#fd;
		this.#poll[1] = C.POLLOUT;
		return this.#libc.poll(this.#poll, 1, FULL_WAIT_MS) > 0;
	}
};
// src/net/sockets.ts
/**
* Opens the sockets clients send to, through the C library, on the main thread. Main keeps them for good and hands a
* duplicate to each resolver thread: when a thread dies its duplicate is closed, the socket and what the kernel has
* queued on it stay, and the thread's successor answers it. (A socket bound inside a thread would be closed with it,
* and its clients refused until the restart.)
*/
/** A socket call that failed; `code` is the errno's name, such as EADDRINUSE. */
var SocketError = class extends Error {
	code;
	constructor(call) {
		const code = lastErrno();
		super(`${call}: ${code}`);
		this.code = code;
	}
};
function calls() {
	if (libc === null) throw new Error("sockets cannot be opened through the C library here");
	return libc;
}
function checked(call, result) {
	if (result < 0) throw new SocketError(call);
	return result;
}
/** Whether the address stands for all addresses of its family that the machine has. */
function isWildcard(address) {
	return address === "0.0.0.0" || address === "::";
}
/** Binds a UDP socket; port 0 takes a free one. Returns the descriptor. Throws SocketError. */
function openUdp(address, port, options) {
	return open$1(C.SOCK_DGRAM, address, port, options);
}
function open$1(kind, address, port, options) {
	const { socket, bind } = calls();
	const name = socketName(address, port);
	const isIPv6 = name.length > 16;
	const fd = checked("socket", socket(isIPv6 ? C.AF_INET6 : C.AF_INET, kind | C.SOCK_CLOEXEC | C.SOCK_NONBLOCK, 0));
	try {
		if (isIPv6) setOption(fd, C.IPPROTO_IPV6, C.IPV6_V6ONLY, 1);
		if (kind === C.SOCK_STREAM) setOption(fd, C.SOL_SOCKET, C.SO_REUSEADDR, 1);
		if (options.reusePort) setOption(fd, C.SOL_SOCKET, C.SO_REUSEPORT, 1);
		if (options.isTransparent === true) checked("setsockopt", (isIPv6 ? setOption(fd, C.IPPROTO_IPV6, C.IPV6_TRANSPARENT, 1) : setOption(fd, C.IPPROTO_IP, C.IP_TRANSPARENT, 1)) ? 0 : -1);
		if (options.tellLocal === true) checked("setsockopt", (isIPv6 ? setOption(fd, C.IPPROTO_IPV6, C.IPV6_RECVPKTINFO, 1) : setOption(fd, C.IPPROTO_IP, C.IP_PKTINFO, 1)) ? 0 : -1);
		checked(`bind ${address} port ${port}`, bind(fd, name, name.length));
		return fd;
	} catch (error) {
		closeSocket(fd);
		throw error;
	}
}
/** Ports below belong to the system; RFC 6056 §3.2 asks for the whole range above. */
const FIRST_PORT = 1024;
/** A UDP socket of a random local port, connected to `address`.`port`. Throws SocketError. */
function connectUdp(address, port, random) {
	const { connect } = calls();
	const name = socketName(address, port);
	const fd = openOnRandomPort(name.length > 16 ? "::" : "0.0.0.0", random);
	try {
		checked(`connect ${address} port ${port}`, connect(fd, name, name.length));
		return fd;
	} catch (error) {
		closeSocket(fd);
		throw error;
	}
}
function openOnRandomPort(any, random) {
	for (let attempt = 0; attempt < 8; attempt++) try {
		return openUdp(any, FIRST_PORT + random.below(64512), { reusePort: false });
	} catch (error) {
		const { code } = error;
		if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
	}
	return openUdp(any, 0, { reusePort: false });
}
function setOption(fd, level, option, value) {
	return calls().setsockopt(fd, level, option, Int32Array.of(value), 4) === 0;
}
/** struct sockaddr_in (16 bytes) or sockaddr_in6 (28) of an address, with its zone where it is link-local. */
function socketName(address, port) {
	const bytes = /* @__PURE__ */ new Uint8Array(16);
	if (!parseAddress(address, bytes)) throw new Error(`not an IP address: ${address}`);
	const name = new Uint8Array(isMappedIPv4(bytes) ? 16 : 28);
	const view = new DataView(name.buffer);
	view.setUint16(2, port);
	if (name.length === 16) {
		view.setUint16(0, C.AF_INET, true);
		name.set(bytes.subarray(12), 4);
	} else {
		view.setUint16(0, C.AF_INET6, true);
		name.set(bytes, 8);
		view.setUint32(24, scopeOf(address), true);
	}
	return name;
}
/** The interface number of a link-local address with its zone (`fe80::1%eth0`), RFC 4007 §11. */
function scopeOf(address) {
	const [bare, zone] = address.split("%");
	if (zone === void 0) return 0;
	const found = networkInterfaces()[zone]?.find((one) => one.address === bare);
	return found && "scopeid" in found ? found.scopeid ?? 0 : Number(zone) || 0;
}
/** The port a socket is bound to. */
function boundPort(fd) {
	const name = /* @__PURE__ */ new Uint8Array(28);
	checked("getsockname", calls().getsockname(fd, name, Int32Array.of(name.length)));
	return name[2] << 8 | name[3];
}
function closeSocket(fd) {
	calls().close(fd);
}
/** Datagrams the kernel has thrown away on this socket because nobody read them in time, since it was opened. */
function receiveDrops(fd) {
	const meminfo = /* @__PURE__ */ new Int32Array(9);
	checked("getsockopt", calls().getsockopt(fd, C.SOL_SOCKET, C.SO_MEMINFO, meminfo, Int32Array.of(36)));
	return meminfo[8] >>> 0;
}
// src/net/batched-sockets.ts
/** The two kinds of socket of batched.ts: what becomes of each datagram of a batch, and of what is sent. */
/** Bytes of sockaddr_in and sockaddr_in6. */
const NAME4 = 16;
const NAME6 = 28;
/** Where the header says TC (RFC 1035 §4.1.1). */
const TC_BYTE = 2;
const TC_BIT = 2;
var BatchedListener = class {
	address;
	port;
	#owner;
	#fd;
	#number;
	#onDatagram;
	/**
	* In the room that all sockets receive in, or for a wildcard address one with room for control messages too. Answers
	* gather at its front, in the places of queries that are over, and leave before anything else is received there. As long
	* as each is answered at once, question and name are where they are to be (benchmark: compare.py block).
	*/
	#replies;
	#peer4;
	#peer6;
	#isClosed = false;
	constructor(owner, fd, address, onDatagram) {
		this.#owner = owner;
		this.#fd = fd;
		this.address = address;
		const isForAll = isWildcard(address);
		this.#replies = isForAll ? new SendQueue(owner.libc, new MmsgArena(owner.received.buffers[0].length, 40), owner.counters) : owner.replies;
		this.#peer4 = peerOf(mappedPrefix(), isForAll ? mappedPrefix() : null);
		this.#peer6 = peerOf(new Octets(16), isForAll ? new Octets(16) : null);
		this.port = boundPort(fd);
		this.#onDatagram = onDatagram;
		this.#number = owner.watch(fd, () => this.#read(), () => {});
	}
	send(bytes, length, peer) {
		if (this.#isClosed) return;
		const { later } = this.#owner;
		const place = later.place(this.#fd);
		const buffer = later.arena.buffers[place];
		if (length > buffer.length) return;
		copyOctets(bytes, 0, buffer, 0, length);
		const isIPv4 = isMappedIPv4(peer.address);
		const nameLength = writeName(later.arena, place, isIPv4, peer);
		later.add(length, nameLength, leaveFrom(later.arena, place, isIPv4, peer));
		this.#owner.flushSoon();
	}
	close() {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#replies.forget(this.#fd);
		this.#owner.unwatch(this.#number);
	}
	#read() {
		const { libc, counters } = this.#owner;
		const replies = this.#replies;
		const received = replies.arena;
		const count = libc.recvmmsg(this.#fd, received.base, 64, C.MSG_DONTWAIT, 0);
		if (count <= 0) return 0;
		for (let i = 0; i < count && !this.#isClosed; i++) {
			if ((received.flagsOf(i) & (C.MSG_TRUNC | C.MSG_CTRUNC)) !== 0) {
				counters.add("udpTruncated");
				continue;
			}
			const peer = this.#readName(received, i);
			if (peer === null) continue;
			const isIPv4 = peer === this.#peer4;
			const destination = readLocal(received, i, isIPv4, peer);
			if (destination === Destination.untold) counters.add("udpTruncated");
			if (destination !== Destination.own) continue;
			const place = replies.place(this.#fd);
			const out = received.buffers[place];
			const length = this.#onDatagram(received.buffers[i], received.lengthOf(i), peer, this, out);
			if (length === 0 || this.#isClosed) continue;
			if (place !== i) copyName(received, i, place);
			replies.add(length, isIPv4 ? NAME4 : NAME6, leaveFrom(received, place, isIPv4, peer));
		}
		replies.flush();
		received.resetReceived(count);
		return count;
	}
	/** Who sent message `i`; null for port 0. */
	#readName(arena, i) {
		const { bytes } = arena;
		const at = arena.nameOf(i);
		const port = bytes[at + 2] << 8 | bytes[at + 3];
		if (port === 0) return null;
		const isIPv4 = bytes[at] === C.AF_INET;
		const peer = isIPv4 ? this.#peer4 : this.#peer6;
		peer.port = port;
		if (isIPv4) copyOctets(bytes, at + 4, peer.address, 12, 4);
		else {
			copyOctets(bytes, at + 8, peer.address, 0, 16);
			peer.scope = arena.words[at + 24 >> 2];
		}
		return peer;
	}
};
/** The name of message `i` becomes that of message `place`, which is over. */
function copyName(arena, i, place) {
	const { words } = arena;
	const source = arena.nameOf(i) >> 2;
	const target = arena.nameOf(place) >> 2;
	for (let word = 0; word < 7; word++) words[target + word] = words[source + word];
}
/** Writes `peer` as the name of message `place`. Returns its length. */
function writeName(arena, place, isIPv4, peer) {
	const { bytes, words } = arena;
	const at = arena.nameOf(place);
	bytes[at] = isIPv4 ? C.AF_INET : C.AF_INET6;
	bytes[at + 1] = 0;
	bytes[at + 2] = peer.port >> 8;
	bytes[at + 3] = peer.port & 255;
	words[at + 4 >> 2] = 0;
	if (isIPv4) {
		copyOctets(peer.address, 12, bytes, at + 4, 4);
		return NAME4;
	}
	copyOctets(peer.address, 0, bytes, at + 8, 16);
	words[at + 24 >> 2] = peer.scope;
	return NAME6;
}
/** Message `place` leaves from the address that was asked, where the socket has many. Returns its control length. */
function leaveFrom(arena, place, isIPv4, { local, localScope }) {
	return local === null ? 0 : writeLocal$1(arena, place, isIPv4, local, localScope);
}
function peerOf(address, local) {
	return {
		address,
		port: 0,
		text: "",
		scope: 0,
		local,
		localScope: 0
	};
}
function mappedPrefix() {
	const address = new Octets(16);
	address[10] = address[11] = 255;
	return address;
}
var BatchedConnected = class {
	#owner;
	#fd;
	#number;
	#onMessage;
	#onError;
	#isClosed = false;
	constructor(owner, fd, onMessage, onError) {
		this.#owner = owner;
		this.#fd = fd;
		this.#onMessage = onMessage;
		this.#onError = onError;
		this.#number = owner.watch(fd, () => this.#read(), (code) => {
			if (!this.#isClosed) onError(code);
		});
	}
	send(bytes, length) {
		if (this.#isClosed) return;
		const { queries } = this.#owner;
		const place = queries.place(this.#fd);
		const buffer = queries.arena.buffers[place];
		copyOctets(bytes, 0, buffer, 0, length);
		queries.add(length, 0);
		this.#owner.flushSoon();
	}
	close() {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#owner.unwatch(this.#number);
	}
	#read() {
		const { libc, received } = this.#owner;
		const count = libc.recvmmsg(this.#fd, received.base, 64, C.MSG_DONTWAIT, 0);
		if (count < 0) {
			const code = lastErrno();
			if (code !== "EAGAIN") this.#onError(code);
			return 0;
		}
		for (let i = 0; i < count && !this.#isClosed; i++) {
			if ((received.flagsOf(i) & C.MSG_TRUNC) !== 0) received.buffers[i][TC_BYTE] |= TC_BIT;
			this.#onMessage(received.buffers[i], received.lengthOf(i));
		}
		received.resetReceived(count);
		return count;
	}
};
// src/net/datagram.ts
/** For those to whom batches mean nothing. */
const NO_EVENTS = {
	begin: () => {},
	end: () => {}
};
// src/net/epoll.ts
/** An epoll set (epoll(7)): which of many descriptors are readable, by numbers of the caller's own. */
/** Readable descriptors told of in one look; the next look tells of the others. */
const EVENTS = 64;
const EVENT_WORDS = process.arch === "x64" ? 3 : 4;
const DATA_WORD = process.arch === "x64" ? 1 : 2;
var EpollSet = class {
	fd;
	#libc;
	#events = new Int32Array(EVENTS * EVENT_WORDS);
	#eventsAddress = addressOf(this.#events.buffer);
	/** Throws where the process has no descriptor left. */
	constructor(libc) {
		this.#libc = libc;
		this.fd = libc.epoll_create1(C.EPOLL_CLOEXEC);
		if (this.fd < 0) throw new Error(`epoll_create1: ${lastErrno()}`);
	}
	/** `number` is what `numberAt` gives when `fd` is readable. */
	add(fd, number) {
		addReadable(this.#libc, this.fd, fd, number);
	}
	remove(fd) {
		this.#libc.epoll_ctl(this.fd, C.EPOLL_CTL_DEL, fd, 0);
	}
	/** How many are readable now; never waits. */
	look() {
		return this.#libc.epoll_wait(this.fd, this.#eventsAddress, EVENTS, 0);
	}
	/** The number of the `i`th that the latest look has found readable. */
	numberAt(i) {
		return this.#events[i * EVENT_WORDS + DATA_WORD];
	}
};
/** Puts `fd` into the epoll set `epoll`, which tells of it as `number`. Throws where the kernel refuses. */
function addReadable(libc, epoll, fd, number) {
	const event = new Int32Array(EVENT_WORDS);
	event[0] = C.EPOLLIN;
	event[DATA_WORD] = number;
	if (libc.epoll_ctl(epoll, C.EPOLL_CTL_ADD, fd, addressOf(event.buffer)) < 0) throw new Error(`epoll_ctl: ${lastErrno()}`);
}
// src/net/event-loop.ts
/**
* Makes the event loop of a thread wake up for an epoll set of our own. Node has no such call; but the loop (libuv)
* waits in epoll_wait itself, and an epoll set can be watched by another:
*
*   our sockets ─► our epoll set ─► the loop's epoll set ◄─ TCP, timers' time, the eventfd that other threads write to
*
* The loop finds whom an event is for by the number that stands in it, that of a descriptor. Ours bears the number of
* the eventfd: the loop looks whether another thread has left something, finds nothing, and goes on with its round, in
* which an immediate is called. No code of ours runs in between and no handle of the loop is ours, so that a thread
* may end at any moment. As long as our set is readable the loop does not sleep.
*/
/**
* How an addon learns which loop it runs on, and the loop's descriptor: calls of node.h and uv.h that stay as they are,
* under the names the compiler gives them.
*/
const CURRENT_ISOLATE = "uintptr_t _ZN2v87Isolate10GetCurrentEv()";
const LOOP_OF_ISOLATE = "uintptr_t _ZN4node19GetCurrentEventLoopEPN2v87IsolateE(uintptr_t)";
const DESCRIPTOR_OF_LOOP = "int uv_backend_fd(uintptr_t)";
/** The descriptor of the epoll set this thread's event loop waits on. Throws where Node does not tell. */
function loopDescriptor() {
	const isolate = nativeFunction(CURRENT_ISOLATE)();
	return nativeFunction(DESCRIPTOR_OF_LOOP)(nativeFunction(LOOP_OF_ISOLATE)(isolate));
}
/** What is in an epoll set, from what /proc/self/fdinfo says of it (proc_pid_fdinfo(5)). */
function watchedIn(info) {
	const lines = info.matchAll(/^tfd: +(\d+) .* data: +([0-9a-f]+)\b/gm);
	return Array.from(lines, ([, fd, data]) => ({
		fd: Number(fd),
		number: parseInt(data, 16)
	}));
}
function watchedBy(epoll) {
	return watchedIn(readFileSync(`/proc/self/fdinfo/${epoll}`, "utf8"));
}
/** Why no thread of this process could have its event loop woken this way; null: nothing is known against it. */
function wakeFault(libc) {
	try {
		loopDescriptor();
		const [set, other] = [new EpollSet(libc), new EpollSet(libc)];
		try {
			set.add(other.fd, 77);
			const [found] = watchedBy(set.fd);
			if (found?.fd !== other.fd || found.number !== 77) return "the kernel does not tell what an epoll set holds";
		} finally {
			for (const { fd } of [set, other]) closeSocket(fd);
		}
		return null;
	} catch (error) {
		return error.message;
	}
}
/**
* The eventfd of an event loop. `nameOf` tells what a descriptor is, as /proc/self/fd does. Throws where there is not
* exactly one, as in a thread whose loop has not gone round yet, or the loop does not know it by its number.
*/
function eventfdAmong(watched, nameOf) {
	const eventfds = watched.filter(({ fd }) => nameOf(fd) === "anon_inode:[eventfd]");
	if (eventfds.length !== 1) throw new Error(`the event loop has ${eventfds.length} eventfds and not one`);
	const { fd, number } = eventfds[0];
	if (fd !== number) throw new Error(`the event loop knows its descriptor ${fd} as ${number}`);
	return fd;
}
/**
* From now on this thread's event loop goes round whenever the epoll set `epoll` is readable. To be called in a thread
* whose loop has gone round before, as it has in any worker. Throws where that cannot be arranged, with the reason.
*/
function wakeLoopFor(libc, epoll) {
	const loop = loopDescriptor();
	addReadable(libc, loop, epoll, eventfdAmong(watchedBy(loop), (fd) => readlinkSync(`/proc/self/fd/${fd}`)));
}
// src/net/batched.ts
/** A query is at most 1232 bytes from anybody well-behaved; upstreams may send more than we advertise. */
const RECEIVE_BYTES = 4096;
const SEND_BYTES = 2048;
/** A turn of the loop takes 20 to 40 µs: so many messages have come in one at 200,000 a second or more. */
const GATHER_FROM = 8;
/** For how long more may come then; the kernel adds up to its timer slack, 50 µs unless set otherwise (prctl(2)). */
const GATHER_US = 25;
var BatchedDatagrams = class {
	name = "batched";
	batch = 0;
	libc;
	counters;
	received = new MmsgArena(RECEIVE_BYTES);
	/** Answers given at once, in the place of their queries. */
	replies;
	/** Answers given later, and queries to upstreams: apart, because each stays on one socket. */
	later;
	queries;
	#random;
	#events;
	#descriptors;
	#epoll;
	#sockets = [];
	#free = [];
	#isInBatch = false;
	#isFlushDue = false;
	/**
	* Throws where this thread's event loop cannot be made to wake up for datagrams. Sockets do not keep the thread alive.
	*/
	constructor(libc, counters, random, descriptors, events = NO_EVENTS) {
		this.libc = libc;
		this.counters = counters;
		this.#random = random;
		this.#events = events;
		this.#descriptors = descriptors;
		this.replies = new SendQueue(libc, this.received, counters);
		this.later = new SendQueue(libc, new MmsgArena(SEND_BYTES), counters);
		this.queries = new SendQueue(libc, new MmsgArena(SEND_BYTES), counters, (fd, code) => this.#failed(fd, code));
		this.#epoll = new EpollSet(libc);
		descriptors.note(this.#epoll.fd);
		wakeLoopFor(libc, this.#epoll.fd);
		this.#readNext();
	}
	listen(source, onDatagram) {
		return Promise.resolve(new BatchedListener(this, source.fd, source.address, onDatagram));
	}
	connect(address, port, onMessage, onError) {
		return new BatchedConnected(this, connectUdp(address, port, this.#random), onMessage, onError);
	}
	/** Watches a socket from now on; returns its number in the epoll set. */
	watch(fd, read, failed) {
		const number = this.#free.pop() ?? this.#sockets.length;
		this.#sockets[number] = {
			fd,
			place: this.#descriptors.note(fd),
			read,
			failed
		};
		this.#epoll.add(fd, number);
		return number;
	}
	/** Stops watching and closes. */
	unwatch(number) {
		const socket = this.#sockets[number];
		if (!socket) return;
		this.#sockets[number] = null;
		this.#free.push(number);
		for (const queue of [this.later, this.queries]) queue.forget(socket.fd);
		this.#epoll.remove(socket.fd);
		this.#descriptors.drop(socket.place);
		this.libc.close(socket.fd);
	}
	/** Something was queued: it leaves at the end of the batch, or soon where there is none. */
	flushSoon() {
		if (this.#isInBatch || this.#isFlushDue) return;
		this.#isFlushDue = true;
		queueMicrotask(() => {
			this.#isFlushDue = false;
			this.#flush();
		});
	}
	/** Told later: whoever queued the message is still in the middle of it. */
	#failed(fd, code) {
		const socket = this.#sockets.find((one) => one?.fd === fd);
		if (socket) queueMicrotask(() => socket.failed(code));
	}
	#flush() {
		if (!this.queries.isEmpty) this.queries.flush();
		if (!this.later.isEmpty) this.later.flush();
	}
	/** The next time the loop has waited, whatever it was that woke it. */
	#readNext() {
		setImmediate(this.#turn).unref();
	}
	#turn = () => {
		try {
			this.#read();
		} finally {
			this.#readNext();
		}
	};
	/** A batch from each readable socket. */
	#read() {
		const readable = this.#epoll.look();
		if (readable <= 0) return;
		this.batch++;
		this.#events.begin();
		this.#isInBatch = true;
		let messages = 0;
		try {
			for (let i = 0; i < readable; i++) messages += this.#sockets[this.#epoll.numberAt(i)]?.read() ?? 0;
		} finally {
			this.#isInBatch = false;
			this.#events.end();
		}
		this.#flush();
		this.#gather(messages);
	}
	/**
	* After a batch that was neither small nor full, sleeps for a moment. A thread that is a little faster than what comes
	* would else go round for ever smaller batches, each of which costs a turn of the loop with five system calls, and keep
	* its core busy whatever it saves (benchmark: compare.py block, a seventh of the time).
	*/
	#gather(messages) {
		if (messages >= GATHER_FROM && messages < 64) this.libc.usleep(GATHER_US);
	}
};
// src/net/portable.ts
/**
* Sockets on node:dgram: works wherever Node does, at the cost of a callback, a Buffer and an object a packet.
*/
/** Room for one reply; what does not fit a datagram goes by TCP. */
const REPLY_BYTES = 4096;
var PortableDatagrams = class {
	name = "portable";
	batch = 0;
	#counters;
	#random;
	#events;
	/** Each datagram is a batch of its own. */
	constructor(counters, random, events = NO_EVENTS) {
		this.#counters = counters;
		this.#random = random;
		this.#events = events;
	}
	listen(source, onDatagram) {
		if (isWildcard(source.address)) return Promise.reject(/* @__PURE__ */ new Error(`datagrams read one by one need a socket for each address, not ${source.address}`));
		const isIPv6 = source.address.includes(":");
		const socket = createSocket({
			type: isIPv6 ? "udp6" : "udp4",
			ipv6Only: isIPv6,
			reusePort: source.fd < 0
		});
		const listening = new PortableListener(socket, source.address, this.#counters);
		const peer = {
			address: /* @__PURE__ */ new Uint8Array(16),
			port: 0,
			text: "",
			scope: 0,
			local: null,
			localScope: 0
		};
		const out = new Uint8Array(REPLY_BYTES);
		socket.on("message", (bytes, from) => {
			if (from.port === 0 || !parseAddress(from.address, peer.address)) return;
			this.batch++;
			peer.port = from.port;
			peer.text = from.address;
			this.#events.begin();
			try {
				const length = onDatagram(bytes, bytes.length, peer, listening, out);
				if (length > 0) listening.send(out, length, peer);
			} finally {
				this.#events.end();
			}
		});
		return new Promise((resolve, reject) => {
			socket.once("error", reject);
			socket.once("listening", () => {
				socket.removeListener("error", reject);
				socket.on("error", () => this.#counters.add("udpSendErrors"));
				resolve(listening);
			});
			if (source.fd >= 0) socket.bind({ fd: source.fd });
			else socket.bind({
				address: source.address,
				port: source.port,
				exclusive: true
			});
		});
	}
	connect(address, port, onMessage, onError) {
		const onDatagram = (bytes, length) => {
			this.batch++;
			this.#events.begin();
			try {
				onMessage(bytes, length);
			} finally {
				this.#events.end();
			}
		};
		return new PortableConnected(address, port, this.#random, onDatagram, onError);
	}
};
var PortableListener = class {
	address;
	#socket;
	#counters;
	#isClosed = false;
	constructor(socket, address, counters) {
		this.#socket = socket;
		this.address = address;
		this.#counters = counters;
	}
	get port() {
		return this.#socket.address().port;
	}
	send(bytes, length, peer) {
		if (this.#isClosed) return;
		this.#socket.send(Buffer.from(bytes.subarray(0, length)), peer.port, peer.text, (error) => {
			if (error) this.#counters.add("udpSendErrors");
		});
	}
	close() {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#socket.close();
	}
};
var PortableConnected = class {
	#socket;
	#onError;
	/** Sent before the socket was connected; null once it is. */
	#early = [];
	#isClosed = false;
	constructor(address, port, random, onMessage, onError) {
		const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
		this.#socket = socket;
		this.#onError = onError;
		let tries = 0;
		const bind = () => {
			const source = tries++ < 8 ? FIRST_PORT + random.below(64512) : 0;
			socket.bind({
				port: source,
				exclusive: true
			});
		};
		socket.on("message", (bytes) => onMessage(bytes, bytes.length));
		socket.on("error", (error) => {
			if ((error.code === "EADDRINUSE" || error.code === "EACCES") && tries <= 8) bind();
			else onError(error.code ?? "EIO");
		});
		socket.on("connect", () => this.#flush());
		socket.on("listening", () => {
			if (!this.#isClosed) socket.connect(port, address);
		});
		bind();
	}
	send(bytes, length) {
		if (this.#isClosed) return;
		const copy = Buffer.from(bytes.subarray(0, length));
		if (this.#early) this.#early.push(copy);
		else this.#transmit(copy);
	}
	close() {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#socket.close();
	}
	#flush() {
		const early = this.#early ?? [];
		this.#early = null;
		if (this.#isClosed) return;
		for (const bytes of early) this.#transmit(bytes);
	}
	#transmit(bytes) {
		this.#socket.send(bytes, (error) => {
			if (error && !this.#isClosed) this.#onError(error.code ?? "EIO");
		});
	}
};
// src/net/choose.ts
/** What a resolver thread reads and sends by. `calls` is null where there is no FFI. */
function chooseDatagrams(settings, parts, calls = libc) {
	const { counters, random, descriptors, events } = parts;
	let reason = settings.datagrams === "portable" ? null : batchedFault(calls);
	if (settings.datagrams !== "portable" && reason === null) try {
		return {
			datagrams: new BatchedDatagrams(calls, counters, random, descriptors, events),
			reason
		};
	} catch (error) {
		reason = `the event loop cannot be woken: ${error.message}`;
	}
	return {
		datagrams: new PortableDatagrams(counters, random, events),
		reason
	};
}
/** Why datagrams cannot be read in batches here, as far as any thread can tell for the others; null: they can. */
function batchedFault(calls) {
	if (calls === null) return "this machine is not Linux on x86-64 or arm64, or the FFI library is missing";
	const trialFault = trial(calls);
	if (trialFault !== null) return `a trial on loopback failed: ${trialFault}`;
	const fault = wakeFault(calls);
	return fault === null ? null : `the event loop cannot be woken: ${fault}`;
}
/** Sends a batch to itself and reads it: structs laid out otherwise than thought show here. Returns what is wrong. */
function trial(calls) {
	const fds = [];
	try {
		const [to, from] = [0, 0].map(() => {
			const fd = openUdp("127.0.0.1", 0, { reusePort: false });
			fds.push(fd);
			return fd;
		});
		const name = socketName("127.0.0.1", boundPort(to));
		const queue = new SendQueue(calls, new MmsgArena(64), new Counters());
		for (let i = 1; i <= 3; i++) {
			const place = queue.place(from);
			queue.arena.bytes.set(name, queue.arena.nameOf(place));
			queue.arena.buffers[place].fill(i, 0, i * 10);
			queue.add(i * 10, name.length);
		}
		queue.flush();
		return checkReceived(calls, to, boundPort(from));
	} catch (error) {
		return error.message;
	} finally {
		for (const fd of fds) closeSocket(fd);
	}
}
function checkReceived(calls, fd, port) {
	const received = new MmsgArena(16);
	const count = calls.recvmmsg(fd, received.base, 3, C.MSG_DONTWAIT, 0);
	if (count !== 3) return `${count} of 3 messages came`;
	for (let i = 0; i < count; i++) {
		const name = received.bytes.subarray(received.nameOf(i), received.nameOf(i) + 8);
		const isCut = (received.flagsOf(i) & C.MSG_TRUNC) !== 0;
		if (received.lengthOf(i) !== Math.min((i + 1) * 10, 16) || isCut !== i > 0) return "lengths or flags stand elsewhere";
		if (received.buffers[i].subarray(0, received.lengthOf(i)).some((byte) => byte !== i + 1)) return "bytes stand elsewhere";
		if ((name[2] << 8 | name[3]) !== port || name[4] !== 127 || name[0] !== C.AF_INET) return "names stand elsewhere";
	}
	return null;
}
// src/net/descriptors.ts
/**
* Descriptors a resolver thread has opened through the C library, which nobody closes when the thread dies: noted in
* shared memory, one word each (the number + 1, 0: free), so that main can. A number is noted after it is opened and
* taken out before it is closed: a thread that dies in between leaks one and never makes main close a stranger's.
*/
/** 32 upstreams with 16 sockets each, listening sockets, and room. */
const PLACES = 1024;
var DescriptorTable = class {
	#words;
	/** `memory` holds `DESCRIPTOR_BYTES`, zero at first. */
	constructor(memory) {
		this.#words = new Int32Array(memory, 0, PLACES);
	}
	/** Notes an open descriptor; returns its place, or -1 where there is no room (then it may leak). */
	note(fd) {
		const place = this.#words.indexOf(0);
		if (place >= 0) Atomics.store(this.#words, place, fd + 1);
		return place;
	}
	/** To be called before the descriptor in that place is closed. */
	drop(place) {
		if (place >= 0) Atomics.store(this.#words, place, 0);
	}
	/** Closes all that is noted; the thread is gone. */
	closeAll(close) {
		for (let place = 0; place < PLACES; place++) {
			const fd = Atomics.exchange(this.#words, place, 0) - 1;
			if (fd >= 0) close(fd);
		}
	}
};
// src/policy/nested-networks.ts
/** Networks that lie in each other, as disjoint ranges of which each belongs to the longest network around it. */
/** Ascending. Of the same network given twice the last one owns it. Throws a RangeError where a network is none. */
function flatten(networks) {
	const flat = [];
	/** The networks around the one at hand, the outermost first, and where what is not told yet of them begins. */
	const around = [];
	const tell = ({ owner }, first, last) => {
		if (first <= last) flat.push({
			first,
			last,
			owner
		});
	};
	const leave = () => {
		const { network, from } = around.pop();
		tell(network, from, network.last);
		const outer = around.at(-1);
		if (outer !== void 0) outer.from = network.last + 1n;
	};
	for (const network of networks.flatMap(open).toSorted(outermostFirst)) {
		while (around.length > 0 && around.at(-1).network.last < network.first) leave();
		const outer = around.at(-1);
		if (outer !== void 0) tell(outer.network, outer.from, network.first - 1n);
		around.push({
			network,
			from: network.first
		});
	}
	while (around.length > 0) leave();
	return flat;
}
function open({ network, owner }) {
	const { ranges, prefixLength } = rangesOf(network);
	return ranges.map((range) => ({
		...range,
		prefixLength,
		owner
	}));
}
function outermostFirst(a, b) {
	if (a.first !== b.first) return a.first < b.first ? -1 : 1;
	return a.prefixLength - b.prefixLength;
}
var ClientGroups = class {
	#ranges;
	/** By range: number of its group, from 1. */
	#group;
	/** `groups`: the first is number 1. Throws a RangeError where a network is none. */
	constructor(groups) {
		const ranges = flatten(groups.flatMap(({ networks }, index) => networks.map((network) => ({
			network,
			owner: index + 1
		}))));
		this.#ranges = new AddressRanges(ranges);
		this.#group = Uint8Array.from(ranges, ({ owner }) => owner);
	}
	get size() {
		return this.#ranges.size;
	}
	/** The number of the group of the client whose 16 bytes stand at `offset`; NO_GROUP: none. */
	of(address, offset = 0) {
		const range = this.#ranges.find(address, offset);
		return range === -1 ? 0 : this.#group[range];
	}
};
/** What a reader found for one name or address, the longest first. Reused; good until the next swap. */
var Matches = class {
	count = 0;
	/** Number of the set of rules that hold it. */
	set = /* @__PURE__ */ new Int32Array(192);
	/** Place of the record in the snapshot. */
	record = /* @__PURE__ */ new Int32Array(192);
};
// src/policy/meta.ts
/** Block actions by number, as verdicts, hits and the store carry them. Only ever append. */
const ACTIONS = [
	"sinkhole",
	"nxdomain",
	"nodata",
	"refused",
	"drop",
	"log",
	"tcp-only"
];
/**
* Beside the block actions: `pass` (RPZ PASSTHRU) ends the search when its list is reached; `except` (adblock `@@`)
* makes its own list silent where it is that list's longest match; `allow` lets a name pass whatever the lists say.
*/
const RULE_ACTIONS = [
	...ACTIONS,
	"pass",
	"except",
	"allow"
];
/** Kind of an indicator by number, as verdicts, hits and the store carry it. */
const IndicatorKind = {
	exact: 0,
	subtree: 1,
	below: 2,
	address: 3
};
/** What matched, by number. */
const Trigger = {
	qname: 0,
	alias: 1,
	address: 2,
	client: 3
};
const EMPTY_META = {
	lists: [],
	rules: [],
	counts: {}
};
/** Words of the header. Places and lengths in bytes, counts in things. */
const Header = {
	magic: 0,
	version: 1,
	seed: 2,
	bytesUsed: 3,
	names: 4,
	addresses: 5,
	recordsEnd: 6,
	index: 7,
	indexWords: 8,
	pairs: 9,
	pairCount: 10,
	sets: 11,
	setCount: 12,
	setRules: 13,
	setRuleCount: 14,
	meta: 15,
	metaBytes: 16,
	/** 33 bits in two words, then 129 bits in five: bit n says that a prefix of length n is listed. */
	prefixes4: 17,
	prefixes6: 19,
	/** Bit n - 1 says that a name of n labels is listed, the highest bit one of 32 or more: see `depthBit`. */
	depths: 24
};
/** The bit of a name or suffix of `labels` labels, at least 1, in `Header.depths`. */
function depthBit(labels) {
	return 1 << (labels < 32 ? labels - 1 : 31);
}
/** Bytes a record takes whose name has `length` bytes. */
function recordBytes(length) {
	return length + 7 & -4;
}
/** Why the first `bytesUsed` bytes of `memory` are no finished snapshot this code can read, or null. */
function checkHeader(memory, bytesUsed) {
	if (bytesUsed < 128 || bytesUsed > memory.byteLength) return "holds no header";
	const words = new Int32Array(memory, 0, 32);
	const at = (word) => words[word];
	if (at(Header.magic) !== 1397771348) return "is not a finished snapshot";
	if (at(Header.version) !== 5) return `has layout ${at(Header.version)}, not 5`;
	if (at(Header.bytesUsed) !== bytesUsed) return `says it has ${at(Header.bytesUsed)} bytes, not ${bytesUsed}`;
	return [
		[128, at(Header.recordsEnd) - 128],
		[at(Header.index), at(Header.indexWords) * 4],
		[at(Header.pairs), at(Header.pairCount) * 8],
		[at(Header.sets), (at(Header.setCount) + 1) * 4],
		[at(Header.setRules), at(Header.setRuleCount) * 4],
		[at(Header.meta), at(Header.metaBytes)]
	].every(([start, bytes]) => start >= 128 && start % 4 === 0 && bytes >= 0 && start + bytes <= bytesUsed) ? null : "has a part outside itself";
}
/**
* Writes the pseudo-name of the prefix of `prefixLength` bits that the address at `offset` (4 or 16 bytes, as `family`
* says) stands in. Returns its length.
*/
function writePseudoName(bytes, offset, family, prefixLength, out) {
	out[0] = family === 4 ? 244 : 246;
	out[1] = prefixLength;
	const length = family === 4 ? 6 : 18;
	const whole = prefixLength >> 3;
	for (let at = 0; at < length - 2; at++) if (at < whole) out[at + 2] = bytes[offset + at];
	else if (at > whole) out[at + 2] = 0;
	else out[at + 2] = bytes[offset + at] & 65280 >> (prefixLength & 7);
	return length;
}
/** Whether the 16 bytes at `offset` hold an IPv4 address in their last four: mapped or NAT64's well-known prefix. */
function embedsIpv4(bytes, offset) {
	for (let at = 4; at < 10; at++) if (bytes[offset + at] !== 0) return false;
	const first = bytes[offset] << 24 | bytes[offset + 1] << 16 | bytes[offset + 2] << 8 | bytes[offset + 3];
	const last = bytes[offset + 10] << 8 | bytes[offset + 11];
	return first === 0 && last === 65535 || first === 6619035 && last === 0;
}
// src/policy/client-triggers.ts
/**
* Networks of clients that lists name (response policy zones: `….rpz-client-ip`), list by list in order of precedence.
* They are few, so they stand beside the index: inside a list the longest network that holds the client speaks.
*/
var ClientTriggers = class {
	/** In order of precedence. */
	lists;
	/** `listOf`: place of the list that a rule belongs to. Throws a RangeError where a network is none. */
	constructor(triggers, listOf) {
		const byList = Map.groupBy(triggers, ({ rule }) => listOf(rule));
		this.lists = [...byList].toSorted(([a], [b]) => a - b).map(([list, own]) => {
			const packed = own.map(pack$1);
			const ranges = flatten(own.map(({ network }, owner) => ({
				network,
				owner
			})));
			return {
				list,
				ranges: new AddressRanges(ranges),
				triggers: ranges.map(({ owner }) => packed[owner])
			};
		});
	}
	/** How many lists name clients. */
	get size() {
		return this.lists.length;
	}
};
function pack$1({ network, rule }) {
	const [text = "", prefix] = network.split("/");
	const address = /* @__PURE__ */ new Uint8Array(16);
	parseAddress(text, address);
	const isIpv4 = isMappedIPv4(address);
	const length = isIpv4 ? 6 : 18;
	const memory = new ArrayBuffer(recordBytes(length));
	const bytes = new Uint8Array(memory);
	const bits = prefix === void 0 ? isIpv4 ? 32 : 128 : Number(prefix);
	writePseudoName(address, isIpv4 ? 12 : 0, isIpv4 ? 4 : 6, bits, bytes);
	return {
		rule,
		bytes,
		words: new Int32Array(memory),
		length
	};
}
// src/policy/hash.ts
/**
* Where the search for `hash` begins in an index; `scale` is its number of words / 2^32. A multiplication lets the
* index be of any size, so that a million names need not pay for the next power of two.
*/
function firstIndexWord(hash, scale) {
	return (hash >>> 0) * scale | 0;
}
// src/policy/rule-table.ts
/** The CNAME that is all of `data`, or null. */
function aliasOf(data) {
	const first = data?.[0];
	return first?.type === Type.CNAME ? first : null;
}
/** Codes of the actions that do not block; below them are the indexes of `ACTIONS`. */
const RuleCode = {
	log: RULE_ACTIONS.indexOf("log"),
	pass: RULE_ACTIONS.indexOf("pass"),
	except: RULE_ACTIONS.indexOf("except"),
	allow: RULE_ACTIONS.indexOf("allow")
};
var RuleTable = class {
	meta;
	/** By rule: place of its list, local data. */
	list;
	/** By rule, for clients of no group: index in `RULE_ACTIONS`. */
	action;
	/** The same for each group, by its number. */
	#byGroup;
	data;
	/** By rule: its list, with the document of the rule. */
	listMeta;
	/** By list: its number, its TTL or `SINKHOLE_TTL`. */
	listNumber;
	listTtl;
	constructor(meta) {
		this.meta = meta;
		this.list = Int32Array.from(meta.rules, (rule) => rule.list);
		this.action = Uint8Array.from(meta.rules, (rule) => codeOf(rule.action, meta.lists[rule.list].action));
		this.#byGroup = [this.action, ...(meta.groups ?? []).map((group) => actionsFor(group, meta))];
		this.data = meta.rules.map((rule) => rule.data?.map(pack) ?? null);
		this.listMeta = meta.rules.map(({ list, document }) => told(meta.lists[list], document));
		this.listNumber = Uint16Array.from(meta.lists, (list) => list.number);
		this.listTtl = Int32Array.from(meta.lists, (list) => list.ttlSeconds ?? -1);
	}
	/** By rule: what it does for the clients of a group, index in `RULE_ACTIONS`. */
	actionsFor(group) {
		return this.#byGroup[group] ?? this.action;
	}
};
/**
* What a list does for a group takes the place of what it does for all; addresses and records of a zone stay what a
* sinkhole answers there. What lets pass does, unless the list is off or only records.
*/
function actionsFor(group, meta) {
	const lists = new Map(Object.entries(group.lists));
	return Uint8Array.from(meta.rules, ({ list, action }) => {
		const { id, action: forAll } = meta.lists[list];
		const wanted = lists.get(id);
		if (wanted === void 0 || action === "allow") return codeOf(action, forAll);
		if (wanted === "off") return RuleCode.except;
		return action === "pass" || action === "except" ? codeOf(action, wanted) : RULE_ACTIONS.indexOf(wanted);
	});
}
/**
* Code of a rule of a list that does `list`. Where that only records, on trial or past its last day, what it lets pass is
* silent too: it would undo what other lists block.
*/
function codeOf(rule, list) {
	return rule === "pass" && list === "log" ? RuleCode.except : RULE_ACTIONS.indexOf(rule);
}
function told(list, document) {
	return document === void 0 || document === list.document ? list : {
		...list,
		document
	};
}
function pack({ type, ttlSeconds, data }) {
	return {
		type,
		ttlSeconds,
		rdata: Uint8Array.from(Buffer.from(data, "hex"))
	};
}
// src/policy/reader.ts
/**
* Looks names and addresses up in a snapshot. `match` is called for every query and allocates nothing; its cost is one
* probe a label, whatever the lists hold. The plain version, a scan of all entries, is the oracle in
* test/property/policy-index.test.ts.
*/
const NO_BYTES$1 = /* @__PURE__ */ new Uint8Array(0);
const NO_VIEW = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(0));
const NO_TRIGGERS = new ClientTriggers([], () => 0);
const NO_IDS = [];
const NO_GROUPS = new ClientGroups([]);
const NO_WORDS$1 = /* @__PURE__ */ new Int32Array(0);
var PolicyReader = class {
	#memory;
	#prefix = new Octets(18);
	#bytes = NO_BYTES$1;
	#view = NO_VIEW;
	#words = NO_WORDS$1;
	#index = NO_WORDS$1;
	#indexScale = 0;
	/** Lengths of the listed prefixes, the longest first. */
	#lengths4 = NO_BYTES$1;
	#lengths6 = NO_BYTES$1;
	#pairs = NO_WORDS$1;
	#setStarts = /* @__PURE__ */ new Int32Array(2);
	#setRules = NO_WORDS$1;
	#rules = new RuleTable(EMPTY_META);
	#groups = NO_GROUPS;
	#pausedClients = NO_GROUPS;
	#pausedGroups = NO_IDS;
	#clientTriggers = NO_TRIGGERS;
	#seed = 0;
	#names = 0;
	#depths = 0;
	#addresses = 0;
	/** Reads nothing before `attach`: until then it is an empty snapshot. */
	constructor(memory) {
		this.#memory = memory;
	}
	/**
	* Takes what the slot holds now; called after each swap, off the path. Returns false, and is an empty snapshot
	* then, when the slot holds none that is finished.
	*/
	attach() {
		const memory = this.#memory;
		const bytesUsed = new Int32Array(memory, 0, memory.byteLength >> 2)[Header.bytesUsed] ?? 0;
		if (checkHeader(memory, bytesUsed) !== null) {
			this.detach();
			return false;
		}
		const words = new Int32Array(memory, 0, bytesUsed >> 2);
		const part = (place, length) => new Int32Array(memory, words[place], length);
		this.#bytes = new Uint8Array(memory, 0, bytesUsed);
		this.#view = new DataView(memory, 0, bytesUsed);
		this.#words = words;
		this.#index = part(Header.index, words[Header.indexWords]);
		this.#indexScale = this.#index.length / 2 ** 32;
		this.#lengths4 = listedLengths(words, Header.prefixes4, 2);
		this.#lengths6 = listedLengths(words, Header.prefixes6, 5);
		this.#pairs = part(Header.pairs, words[Header.pairCount] * 2);
		this.#setStarts = part(Header.sets, words[Header.setCount] + 1);
		this.#setRules = part(Header.setRules, words[Header.setRuleCount]);
		this.#seed = words[Header.seed];
		this.#names = words[Header.names];
		this.#depths = words[Header.depths];
		this.#addresses = words[Header.addresses];
		const json = Buffer.from(this.#bytes.slice(words[Header.meta], words[Header.meta] + words[Header.metaBytes]));
		const meta = JSON.parse(json.toString());
		this.#rules = new RuleTable(meta);
		this.#groups = meta.groups === void 0 ? NO_GROUPS : new ClientGroups(meta.groups);
		this.#pausedGroups = meta.paused?.groups ?? NO_IDS;
		this.#clientTriggers = meta.clients === void 0 ? NO_TRIGGERS : new ClientTriggers(meta.clients, (rule) => meta.rules[rule].list);
		const paused = {
			id: "paused",
			networks: meta.paused?.networks ?? [],
			lists: {}
		};
		this.#pausedClients = paused.networks.length === 0 ? NO_GROUPS : new ClientGroups([paused]);
		return true;
	}
	/** Lets go of the slot and becomes an empty snapshot; from now on it may be written. */
	detach() {
		this.#bytes = this.#lengths4 = this.#lengths6 = NO_BYTES$1;
		this.#view = NO_VIEW;
		this.#words = this.#index = this.#pairs = this.#setRules = NO_WORDS$1;
		this.#setStarts = /* @__PURE__ */ new Int32Array(2);
		this.#rules = new RuleTable(EMPTY_META);
		this.#groups = this.#pausedClients = NO_GROUPS;
		this.#pausedGroups = NO_IDS;
		this.#clientTriggers = NO_TRIGGERS;
		this.#seed = this.#names = this.#depths = this.#addresses = 0;
	}
	/** What `hashSuffixes` needs for `match`. */
	get seed() {
		return this.#seed;
	}
	get meta() {
		return this.#rules.meta;
	}
	/** Networks of clients that lists name. */
	get clientTriggers() {
		return this.#clientTriggers;
	}
	/** Addresses for which blocking is paused: those of some group. Ids of groups for which it is. */
	get pausedClients() {
		return this.#pausedClients;
	}
	get pausedGroups() {
		return this.#pausedGroups;
	}
	/** Clients under a policy of their own. */
	get groups() {
		return this.#groups;
	}
	get rules() {
		return this.#rules;
	}
	get names() {
		return this.#names;
	}
	get addresses() {
		return this.#addresses;
	}
	/** The slot's bytes: where the record of a match holds the name. Not to be written. */
	get bytes() {
		return this.#bytes;
	}
	/** The same in words. */
	get words() {
		return this.#words;
	}
	/** Where set i starts in `setRules`; it ends where set i + 1 starts. */
	get setStarts() {
		return this.#setStarts;
	}
	/** Rule numbers, those of one set in order of precedence. */
	get setRules() {
		return this.#setRules;
	}
	/** The rule that a set is made of, where it is one and no allow entry; else -1. */
	onlyRuleOf(set) {
		const start = this.#setStarts[set];
		if (this.#setStarts[set + 1] !== start + 1) return -1;
		const rule = this.#setRules[start];
		return this.#rules.action[rule] === RuleCode.allow ? -1 : rule;
	}
	/** Finds all entries that cover the name; `key.hash` was computed under `seed`. Returns how many. */
	match(key, found) {
		let count = 0;
		if (this.#names > 0) {
			const { bytes, labelStart, labelCount, hash } = key;
			const end = key.length - 1;
			const depths = this.#depths;
			for (let label = 0; label < labelCount; label++) {
				if ((depths & depthBit(labelCount - label)) === 0) continue;
				const record = this.#find(bytes, labelStart[label], end, hash[label]);
				if (record === 0) continue;
				const pair = this.#words[record >> 2] >>> 8;
				const set = this.#pairs[pair * 2 + (label === 0 ? 0 : 1)];
				if (set === 0) continue;
				found.set[count] = set;
				found.record[count++] = record;
			}
		}
		found.count = count;
		return count;
	}
	/**
	* Finds all prefixes that cover the address at `offset` (4 or 16 bytes, as `family` says); an IPv4 address inside an
	* IPv6 one is looked up as both. Returns how many.
	*/
	matchAddress(bytes, offset, family, found) {
		found.count = 0;
		if (this.#addresses === 0) return 0;
		if (family === 4) return this.#matchPrefixes(bytes, offset, 4, this.#lengths4, found);
		if (embedsIpv4(bytes, offset)) this.#matchPrefixes(bytes, offset + 12, 4, this.#lengths4, found);
		return this.#matchPrefixes(bytes, offset, 6, this.#lengths6, found);
	}
	/** How the entry in `record` lists for `rule`; kinds of the same name merge: exact and below are a subtree. */
	indicatorKind(record, rule) {
		if (this.#bytes[record + 4] > 63) return IndicatorKind.address;
		const pair = this.#words[record >> 2] >>> 8;
		const selfSet = this.#pairs[pair * 2];
		const belowSet = this.#pairs[pair * 2 + 1];
		if (selfSet === belowSet) return IndicatorKind.subtree;
		const self = this.#holdsRule(selfSet, rule);
		if (!this.#holdsRule(belowSet, rule)) return IndicatorKind.exact;
		return self ? IndicatorKind.subtree : IndicatorKind.below;
	}
	/** Length of the name or pseudo-name in `record`; it starts at `record` + 4. */
	nameLength(record) {
		return this.#words[record >> 2] & 255;
	}
	#matchPrefixes(bytes, offset, family, lengths, found) {
		const prefix = this.#prefix;
		for (let i = 0; i < lengths.length; i++) {
			const end = writePseudoName(bytes, offset, family, lengths[i], prefix);
			const record = this.#find(prefix, 0, end, hashBytes(prefix, 0, end, this.#seed));
			if (record === 0) continue;
			found.set[found.count] = this.#pairs[(this.#words[record >> 2] >>> 8) * 2];
			found.record[found.count++] = record;
		}
		return found.count;
	}
	/**
	* Place of the record that holds `name[start … end)`, or 0. The hash only says where to look: the bytes decide,
	* so that no name is ever blocked for another's sake. The index is never full, so the search ends.
	*/
	#find(name, start, end, hash) {
		const index = this.#index;
		const words = this.#words;
		const length = end - start;
		let at = firstIndexWord(hash, this.#indexScale);
		for (;;) {
			const word = index[at];
			if (word === 0) return 0;
			if (((word ^ hash) & 15) === 0) {
				const record = word >>> 4 << 2;
				if ((words[record >> 2] & 255) === length && this.#holds(record, name, start, length)) return record;
			}
			if (++at === index.length) at = 0;
		}
	}
	/** Whether the record's name, of the same length, is `length` octets of `name`. */
	#holds(record, name, start, length) {
		if (length >= 4) return sameWords(name.view, start, this.#view, record + 4, length);
		for (let at = 0; at < length; at++) if (this.#bytes[record + 4 + at] !== name[start + at]) return false;
		return true;
	}
	#holdsRule(set, rule) {
		for (let at = this.#setStarts[set]; at < this.#setStarts[set + 1]; at++) if (this.#setRules[at] === rule) return true;
		return false;
	}
};
/** The numbers of the bits that are set, the highest first. */
function listedLengths(words, start, count) {
	const lengths = [];
	for (let bit = count * 32 - 1; bit >= 0; bit--) if ((words[start + (bit >> 5)] >>> (bit & 31) & 1) === 1) lengths.push(bit);
	return Uint8Array.from(lengths);
}
// src/policy/verdict.ts
/** What policy says of a query. One instance is reused; what it points at is good until the thread changes slots. */
/**
* Pass: nothing holds it. Log: some list does and none blocks; a hit, and the answer goes out. Block: a hit, and the
* action is what is answered. Allow: passes, and its answer is not screened.
*/
const VerdictKind = {
	Pass: 0,
	Log: 1,
	Block: 2,
	Allow: 3
};
/** `endPlace` while no PASSTHRU rule has ended the search. */
const NO_END = 2147483647;
const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
const NO_WORDS = /* @__PURE__ */ new Int32Array(0);
const LOG$2 = ACTIONS.indexOf("log");
var Verdict$1 = class {
	/** Of whose client it is, a number of ClientGroups: given, and kept by `clear`. */
	group = 0;
	kind = VerdictKind.Pass;
	/** The fields from here to `indicatorKind` mean nothing when kind is Pass. Index in `ACTIONS`; `log` for Log. */
	action = LOG$2;
	/** Seconds, or `SINKHOLE_TTL`: the list has none of its own. */
	ttlSeconds = -1;
	/** Number of the deciding rule in its snapshot's meta. */
	rule = -1;
	/** Records the deciding rule gives instead of the sinkhole's addresses, or null. */
	data = null;
	/** The deciding list, with the document of the deciding entry. */
	list = null;
	/** Numbers of the lists that hold it, the deciding one first, each once. */
	lists = /* @__PURE__ */ new Uint16Array(16);
	listCount = 0;
	trigger = Trigger.qname;
	/** The listed name, without the root's zero byte, or the pseudo-name of an address (see layout): in the slot. */
	indicator = NO_BYTES;
	/** The same memory in words, each indicator from a whole one on and zero behind its end. */
	indicatorWords = NO_WORDS;
	indicatorStart = 0;
	indicatorLength = 0;
	indicatorKind = IndicatorKind.exact;
	/** Place of the deciding list in the order of precedence, the overlay's lists before all others. */
	place = NO_END;
	/** Place of the list whose PASSTHRU rule ended the search; neither it nor any behind it has a say. */
	endPlace = NO_END;
	clear(trigger, endPlace) {
		this.kind = VerdictKind.Pass;
		this.listCount = 0;
		this.trigger = trigger;
		this.place = NO_END;
		this.endPlace = endPlace;
	}
	/** Notes a list that holds it and does not decide. Beyond the bound it is left out. */
	addList(number) {
		const { lists, listCount } = this;
		if (listCount === 16) return;
		for (let i = 0; i < listCount; i++) if (lists[i] === number) return;
		lists[this.listCount++] = number;
	}
	/** Puts the deciding list first; when the bound is reached the last one is left out. */
	putListFirst(number) {
		const { lists } = this;
		let hole = 0;
		while (hole < this.listCount && lists[hole] !== number) hole++;
		if (hole === this.listCount) {
			if (hole === 16) hole--;
			else this.listCount++;
		}
		for (; hole > 0; hole--) lists[hole] = lists[hole - 1];
		lists[0] = number;
	}
	/** Takes over what decided `other`; its other lists are added. */
	decideLike(other) {
		this.kind = other.kind;
		this.action = other.action;
		this.ttlSeconds = other.ttlSeconds;
		this.rule = other.rule;
		this.data = other.data;
		this.list = other.list;
		this.trigger = other.trigger;
		this.indicator = other.indicator;
		this.indicatorWords = other.indicatorWords;
		this.indicatorStart = other.indicatorStart;
		this.indicatorLength = other.indicatorLength;
		this.indicatorKind = other.indicatorKind;
		this.place = other.place;
		this.putListFirst(other.lists[0]);
	}
	/** While blocking is paused a block is recorded and not enforced. */
	pause() {
		if (this.kind !== VerdictKind.Block) return;
		this.kind = VerdictKind.Log;
		this.action = LOG$2;
	}
};
// src/policy/walk.ts
/**
* From what was found to a verdict: an allow entry first, then the lists in order of precedence. Allocates nothing;
* a name that nothing holds never gets here.
*/
/** Place of the base's first list: the overlay's, single edits made by hand, come before. */
const BASE_PLACE = 65536;
const LOG$1 = ACTIONS.indexOf("log");
/** Per match, where the walk stands in its set. Never entered twice at once: a walk calls nothing that walks. */
const cursors = /* @__PURE__ */ new Int32Array(192);
/** Makes `verdict`, cleared before, an Allow when an entry lets the name pass; the longest one that does. */
function allowFound(reader, found, verdict) {
	const { setStarts, setRules, rules } = reader;
	for (let match = 0; match < found.count; match++) {
		const set = found.set[match];
		for (let at = setStarts[set]; at < setStarts[set + 1]; at++) {
			const rule = setRules[at];
			if (rules.action[rule] !== RuleCode.allow) continue;
			decideBy(verdict, VerdictKind.Allow, LOG$1, rules, rule, 0);
			pointAt(verdict, reader, found.record[match], rule);
			return true;
		}
	}
	return false;
}
/**
* Goes through the lists that hold what was found, in order, from `firstPlace` on. Inside a list its longest match
* speaks for it. The first that blocks decides; later ones are noted. Lists from `verdict.endPlace` on are not heard.
*/
function walkLists(reader, found, firstPlace, verdict) {
	if (found.count === 0) return;
	if (found.count === 1) {
		walkOne(reader, found, firstPlace, verdict);
		return;
	}
	const { setStarts, setRules, rules } = reader;
	const ruleList = rules.list;
	for (let match = 0; match < found.count; match++) cursors[match] = setStarts[found.set[match]];
	for (;;) {
		let list = NO_LIST;
		let speaker = 0;
		for (let match = 0; match < found.count; match++) {
			if (cursors[match] === setStarts[found.set[match] + 1]) continue;
			const next = ruleList[setRules[cursors[match]]];
			if (next >= list) continue;
			list = next;
			speaker = match;
		}
		if (list === NO_LIST || firstPlace + list >= verdict.endPlace) return;
		const rule = setRules[cursors[speaker]];
		for (let match = 0; match < found.count; match++) {
			const end = setStarts[found.set[match] + 1];
			while (cursors[match] < end && ruleList[setRules[cursors[match]]] === list) cursors[match]++;
		}
		if (hear(rules, rule, firstPlace + list, verdict)) pointAt(verdict, reader, found.record[speaker], rule);
	}
}
/**
* All of it for what most listed names have: one match whose set is one rule, `rule`, which is no allow entry. Steps that
* cannot change anything then were half the work (benchmark: compare.py block).
*/
function hearOne(reader, record, rule, verdict) {
	const { rules } = reader;
	if (hear(rules, rule, 65536 + rules.list[rule], verdict)) pointAt(verdict, reader, record, rule);
}
/** The same for a single match, whose set is in order already. */
function walkOne(reader, found, firstPlace, verdict) {
	const { setStarts, setRules, rules } = reader;
	const set = found.set[0];
	const end = setStarts[set + 1];
	let heard = NO_LIST;
	for (let at = setStarts[set]; at < end; at++) {
		const rule = setRules[at];
		const list = rules.list[rule];
		if (list === heard) continue;
		if (firstPlace + list >= verdict.endPlace) return;
		if (hear(rules, rule, firstPlace + list, verdict)) pointAt(verdict, reader, found.record[0], rule);
		heard = list;
	}
}
const NO_LIST = 2147483647;
/** The same for the lists that name `client`, 16 bytes. Its own place in each list is before names and addresses. */
function walkClients(reader, client, verdict) {
	for (const { list, ranges, triggers } of reader.clientTriggers.lists) {
		if (65536 + list >= verdict.endPlace) return;
		const range = ranges.find(client);
		if (range === -1) continue;
		const { rule, bytes, words, length } = triggers[range];
		if (!hear(reader.rules, rule, 65536 + list, verdict)) continue;
		verdict.indicator = bytes;
		verdict.indicatorWords = words;
		verdict.indicatorStart = 0;
		verdict.indicatorLength = length;
		verdict.indicatorKind = IndicatorKind.address;
	}
}
/** Lets one list have its say. True: it decides. */
function hear(rules, rule, place, verdict) {
	const action = verdict.group === 0 ? rules.action[rule] : rules.actionsFor(verdict.group)[rule];
	if (action === RuleCode.except || action === RuleCode.allow) return false;
	if (action === RuleCode.pass) {
		if (verdict.kind !== VerdictKind.Block) verdict.endPlace = place;
		return false;
	}
	const kind = action === LOG$1 ? VerdictKind.Log : VerdictKind.Block;
	if (kind > verdict.kind) {
		decideBy(verdict, kind, action, rules, rule, place);
		return true;
	}
	verdict.addList(rules.listNumber[rules.list[rule]]);
	return false;
}
function decideBy(verdict, kind, action, rules, rule, place) {
	const list = rules.list[rule];
	verdict.kind = kind;
	verdict.action = action;
	verdict.ttlSeconds = rules.listTtl[list];
	verdict.rule = rule;
	verdict.data = rules.data[rule];
	verdict.list = rules.listMeta[rule];
	verdict.place = place;
	verdict.putListFirst(rules.listNumber[list]);
}
/** What decides is the entry in `record`. */
function pointAt(verdict, reader, record, rule) {
	verdict.indicator = reader.bytes;
	verdict.indicatorWords = reader.words;
	verdict.indicatorStart = record + 4;
	verdict.indicatorLength = reader.nameLength(record);
	verdict.indicatorKind = reader.indicatorKind(record, rule);
}
// src/policy/decide.ts
/**
* Policy as a resolver thread uses it: a snapshot of all lists and, over it, a small one of single edits, each in two
* slots used in turn. `match` and `decide` are called for every query and allocate nothing.
*
* Precedence: an allow entry for the name wins; then, list by list in the order of the configuration, the first that
* blocks; inside a list the longest match.
*/
var Policy = class {
	#bases;
	#overlays;
	#baseFound = new Matches();
	#overlayFound = new Matches();
	#base;
	#overlay;
	#named = new Verdict$1();
	#trigger = Trigger.qname;
	#generation = 0;
	#hasGroups = false;
	#namesClients = false;
	#hasPauses = false;
	/** Empty until attached. */
	constructor(baseSlots, overlaySlots) {
		this.#bases = [new PolicyReader(baseSlots[0]), new PolicyReader(baseSlots[1])];
		this.#overlays = [new PolicyReader(overlaySlots[0]), new PolicyReader(overlaySlots[1])];
		this.#base = this.#bases[0];
		this.#overlay = this.#overlays[0];
	}
	/** Changes over to the snapshot in slot 0 or 1, between batches. False: it holds none; nothing is listed then. */
	attachBase(slot) {
		this.#base.detach();
		this.#base = this.#bases[slot & 1];
		this.#generation++;
		const holds = this.#base.attach();
		this.#hasGroups = this.#base.groups.size > 0;
		this.#namesClients = this.#base.clientTriggers.size > 0;
		return holds;
	}
	/** The same for the overlay. */
	attachOverlay(slot) {
		this.#overlay.detach();
		this.#overlay = this.#overlays[slot & 1];
		this.#generation++;
		const holds = this.#overlay.attach();
		this.#hasPauses = this.#overlay.pausedClients.size > 0 || this.#overlay.pausedGroups.length > 0;
		return holds;
	}
	/** Moves with every change of either snapshot in this thread: what a screening is valid under. */
	get generation() {
		return this.#generation;
	}
	/** Entries of whatever kind that the last match found; 0: neither list nor allow entry knows the name. */
	get found() {
		return this.#overlayFound.count + this.#baseFound.count;
	}
	/** What `hashSuffixes` needs before `match`. */
	get seed() {
		return this.#base.seed;
	}
	get base() {
		return this.#base;
	}
	get overlay() {
		return this.#overlay;
	}
	/** What the last match found: for `lookup` and for screening. */
	get baseFound() {
		return this.#baseFound;
	}
	get overlayFound() {
		return this.#overlayFound;
	}
	/** Finds what holds the name; `key.hash` was computed under `seed`. Returns how many entries do. */
	match(key) {
		this.#trigger = Trigger.qname;
		return this.#matchOverlay(key) + this.#base.match(key, this.#baseFound);
	}
	/** Finds what holds the address of a client, 4 or 16 bytes. Returns how many entries do. */
	matchAddress(bytes, offset, family) {
		this.#trigger = Trigger.client;
		return this.#overlay.matchAddress(bytes, offset, family, this.#overlayFound) + this.#base.matchAddress(bytes, offset, family, this.#baseFound);
	}
	/** Whether some clients are under a policy of their own. */
	get hasGroups() {
		return this.#hasGroups;
	}
	/** The group of the client whose 16 bytes stand in `address`. */
	groupOf(address) {
		return this.#base.groups.of(address);
	}
	/** Whether blocking is paused for the client whose 16 bytes stand in `address`, of that group, and not for all. */
	isPausedFor(group, address) {
		if (!this.#hasPauses) return false;
		const { pausedClients, pausedGroups } = this.#overlay;
		if (pausedClients.size > 0 && pausedClients.of(address) !== 0) return true;
		if (pausedGroups.length === 0 || group === 0) return false;
		return pausedGroups.includes(this.#base.meta.groups?.[group - 1]?.id ?? "");
	}
	/** Whether what is decided may differ from client to client. */
	get isPerClient() {
		return this.#hasGroups || this.#namesClients || this.#hasPauses;
	}
	/** Whether something may be said: of what the last match found, or of some client whatever it asks. */
	get hasSay() {
		return this.#namesClients || this.found > 0;
	}
	/**
	* Fills `verdict`, whose `group` says for whom, from the last match and returns its kind. `client`: who asks, 16 bytes,
	* for the lists that name clients; null: nobody they name.
	*/
	decide(paused, verdict, client = null) {
		verdict.clear(this.#trigger, NO_END);
		if (!this.hasSay) return VerdictKind.Pass;
		const only = this.#onlyRule();
		if (only >= 0) hearOne(this.#base, this.#baseFound.record[0], only, verdict);
		else this.#decideAmong(client, verdict);
		if (paused) verdict.pause();
		return verdict.kind;
	}
	/** An allow entry, or else list by list. */
	#decideAmong(client, verdict) {
		if (this.#overlayFound.count > 0 && allowFound(this.#overlay, this.#overlayFound, verdict)) return;
		if (allowFound(this.#base, this.#baseFound, verdict)) return;
		if (client !== null && this.#namesClients) this.#decideWith(client, verdict);
		else this.#walk(verdict);
	}
	/** The rule that alone has something to say, whoever asks; -1 where there are others, or an allow entry, or none. */
	#onlyRule() {
		if (this.#overlayFound.count !== 0 || this.#baseFound.count !== 1 || this.#namesClients) return -1;
		return this.#base.onlyRuleOf(this.#baseFound.set[0]);
	}
	#walk(verdict) {
		walkLists(this.#overlay, this.#overlayFound, 0, verdict);
		walkLists(this.#base, this.#baseFound, BASE_PLACE, verdict);
	}
	/**
	* List by list, and inside a list who asks before what is asked: what lets the client pass ends the search for the
	* name, and the other way round from the next list on.
	*/
	#decideWith(client, verdict) {
		const named = this.#named;
		named.group = verdict.group;
		named.clear(Trigger.client, NO_END);
		walkClients(this.#base, client, named);
		verdict.endPlace = named.endPlace;
		this.#walk(verdict);
		if (verdict.endPlace < named.endPlace) {
			named.clear(Trigger.client, verdict.endPlace + 1);
			walkClients(this.#base, client, named);
		}
		if (named.kind === VerdictKind.Pass) return;
		if (named.kind > verdict.kind || named.kind === verdict.kind && named.place <= verdict.place) verdict.decideLike(named);
		for (let i = 0; i < named.listCount; i++) verdict.addList(named.lists[i]);
	}
	#matchOverlay(key) {
		const { seed, names } = this.#overlay;
		if (seed === this.#base.seed || names === 0) return this.#overlay.match(key, this.#overlayFound);
		hashSuffixes(key, seed);
		const count = this.#overlay.match(key, this.#overlayFound);
		hashSuffixes(key, this.#base.seed);
		return count;
	}
};
// src/policy/screening.ts
/**
* What policy says of an answer: the aliases it leads over and the addresses it gives. What was found is kept with the
* cached answer (never the verdict), so that a cached answer is decided again without being read again, and a clean one
* costs a null check.
*
*   saved   words, for each alias or address that is held, but one of those that are held alike:
*           trigger | entries found in the overlay << 8 | entries found in the base << 16
*           for each entry, the overlay's first: its set, the place of its record
*/
const FIRST_WORDS = 256;
var Screening = class {
	#policy;
	#overlayFound = new Matches();
	#baseFound = new Matches();
	#item = new Verdict$1();
	#own = new Int32Array(FIRST_WORDS);
	#words = this.#own;
	#length = 0;
	constructor(policy) {
		this.#policy = policy;
	}
	/** Starts with another answer. */
	begin() {
		this.#words = this.#own;
		this.#length = 0;
	}
	/** Looks at an alias of the answer (computes its hashes). An allow entry for it exempts it alone. */
	addAlias(key) {
		hashSuffixes(key, this.#policy.seed);
		if (this.#policy.match(key) > 0) this.#keep(Trigger.alias);
	}
	/** Looks at an address of the answer, 4 or 16 bytes as `family` says. */
	addAddress(bytes, offset, family) {
		if (this.#policy.matchAddress(bytes, offset, family) > 0) this.#keep(Trigger.address);
	}
	/** What was found, for the cache; null when nothing was. Means something under the same `Policy.generation` only. */
	save() {
		return this.#length === 0 ? null : this.#words.slice(0, this.#length);
	}
	/** Takes up what `save` gave instead of looking at the answer again; it is not copied. */
	restore(saved) {
		this.#words = saved ?? this.#own;
		this.#length = saved === null ? 0 : saved.length;
	}
	/**
	* Fills `verdict` from all that was found and returns its kind, never Allow. Of several the first list in the order
	* of precedence that blocks decides. `endPlace` is the one of the qname's verdict: a PASSTHRU rule for the qname
	* silences its list and those behind it here too. `verdict.group` says for whom.
	*/
	decide(paused, verdict, endPlace = NO_END) {
		verdict.clear(Trigger.alias, endPlace);
		const item = this.#item;
		item.group = verdict.group;
		for (let at = 0; at < this.#length;) {
			const head = this.#words[at++];
			at = this.#load(at, head >> 8 & 255, this.#overlayFound);
			at = this.#load(at, head >> 16 & 255, this.#baseFound);
			item.clear(head & 255, endPlace);
			walkLists(this.#policy.overlay, this.#overlayFound, 0, item);
			walkLists(this.#policy.base, this.#baseFound, BASE_PLACE, item);
			merge(item, verdict);
		}
		if (paused) verdict.pause();
		return verdict.kind;
	}
	/** Keeps what the policy found last, unless an allow entry exempts it. */
	#keep(trigger) {
		const { overlay, overlayFound, base, baseFound } = this.#policy;
		if (allowFound(overlay, overlayFound, this.#item) || allowFound(base, baseFound, this.#item)) return;
		const entries = overlayFound.count + baseFound.count;
		const head = trigger | overlayFound.count << 8 | baseFound.count << 16;
		if (this.#isKept(head)) return;
		while (this.#length + 1 + 2 * entries > this.#own.length) {
			const grown = new Int32Array(this.#own.length * 2);
			grown.set(this.#own);
			this.#words = this.#own = grown;
		}
		this.#own[this.#length++] = head;
		this.#append(overlayFound);
		this.#append(baseFound);
	}
	/**
	* True when what was found last is held by the very sets of an item that is kept: the first of them speaks for all.
	* An answer with thousands of listed addresses, asked for again and again, else costs a decision on each of them.
	*/
	#isKept(head) {
		const { overlayFound, baseFound } = this.#policy;
		for (let at = 0; at < this.#length;) {
			const kept = this.#own[at++];
			const base = at + 2 * (kept >> 8 & 255);
			if (kept === head && this.#hasSets(at, overlayFound) && this.#hasSets(base, baseFound)) return true;
			at = base + 2 * (kept >> 16 & 255);
		}
		return false;
	}
	#hasSets(at, { count, set }) {
		for (let match = 0; match < count; match++) if (this.#own[at + 2 * match] !== set[match]) return false;
		return true;
	}
	#append(found) {
		for (let match = 0; match < found.count; match++) {
			this.#own[this.#length++] = found.set[match];
			this.#own[this.#length++] = found.record[match];
		}
	}
	#load(from, count, found) {
		let at = from;
		for (let match = 0; match < count; match++) {
			found.set[match] = this.#words[at++];
			found.record[match] = this.#words[at++];
		}
		found.count = count;
		return at;
	}
};
/** Lets the earlier list decide, a block before a log entry; whatever does not decide is noted. */
function merge(item, verdict) {
	if (item.kind === VerdictKind.Pass) return;
	if (item.kind > verdict.kind || item.kind === verdict.kind && item.place < verdict.place) verdict.decideLike(item);
	for (let i = 0; i < item.listCount; i++) verdict.addList(item.lists[i]);
}
// src/wire/upstream-query.ts
/**
* The query we send to an upstream, and whether what comes back answers it. Letters of the question are set in random
* case (draft-vixie-dnsext-dns0x20), which a forger who does not see the query has to guess as well.
*/
/**
* Writes a query for the wire name in the `nameLength` octets at `nameAt` of `name` into `out`. No client option goes up
* (RFC 6891 §6.1.1: OPT is hop by hop). Returns its length, or -1 where `out` is too short.
*/
function writeQuery(out, id, name, nameAt, nameLength, qtype, qclass, flags, edns) {
	if (12 + nameLength + 4 + (edns === null ? 0 : 11) > out.length) return -1;
	const word = (flags.rd ? Flag.RD : 0) | (flags.cd ? Flag.CD : 0) | (flags.ad ? Flag.AD : 0);
	out[0] = id >>> 8;
	out[1] = id & 255;
	out[2] = word >>> 8;
	out[3] = word & 255;
	for (let at = 4; at < 12; at++) out[at] = 0;
	out[5] = 1;
	out[11] = edns === null ? 0 : 1;
	copyOctets(name, nameAt, out, 12, nameLength);
	let at = 12 + nameLength;
	out[at++] = qtype >>> 8;
	out[at++] = qtype & 255;
	out[at++] = qclass >>> 8;
	out[at++] = qclass & 255;
	if (edns === null) return at;
	out[at++] = 0;
	out[at++] = 0;
	out[at++] = Type.OPT;
	out[at++] = edns.udpSize >>> 8;
	out[at++] = edns.udpSize & 255;
	out[at++] = 0;
	out[at++] = 0;
	out[at++] = edns.dnssecOk ? 128 : 0;
	out[at++] = 0;
	out[at++] = 0;
	out[at++] = 0;
	return at;
}
/**
* Copies the lower-case wire name in the first `length` octets of `name` to `at` of `out`, every letter in a random case.
* Sizes of labels are at most 63 and thus no letters.
*/
function mixCase(name, length, out, at, random) {
	let bits = 0;
	let left = 0;
	for (let index = 0; index < length; index += 4) {
		if (left === 0) {
			bits = random.bits32();
			left = 8;
		}
		if (index + 4 <= length) {
			const four = name.view.getInt32(index, true);
			out.view.setInt32(at + index, four ^ smallLetters(four) & spread(bits), true);
		} else {
			const four = spread(bits);
			for (let each = index; each < length; each++) {
				const octet = name[each];
				out[at + each] = octet ^ smallLetters(octet) & four >>> (each - index << 3);
			}
		}
		bits >>>= 4;
		left--;
	}
}
/** 0x20, which tells small letters from capitals, for each of four octets that is a small letter; see `lowerFour`. */
function smallLetters(four) {
	const seven = four & 2139062143;
	return (seven + 522133279 & ~(seven + 84215045) & ~four & 2155905152) >>> 2;
}
/** The lowest four bits, each as the 0x20 of an octet. */
function spread(bits) {
	return (Math.imul(bits & 15, 2113665) & 16843009) << 5;
}
/**
* True where the octets are the same but for the case of ASCII letters. For the name alone: type and class are no letters
* (65 and 97 are two types).
*/
function sameQuestionIgnoringCase(a, aOffset, b, bOffset, nameLength) {
	for (let index = 0; index < nameLength; index++) if (lower(a[aOffset + index]) !== lower(b[bOffset + index])) return false;
	return true;
}
// src/upstream/pending.ts
/**
* Questions on their way to an upstream, and the table in which an identical question finds the one already out: it
* saves the upstream the work, and an attacker the many tries at the same answer (RFC 5452 §5).
*/
/** The longest name twice, and type and class. */
const QUESTION_BYTES = 514;
/** No waiters: one array for all, to which nothing is ever added. */
const NOBODY$1 = [];
/** One question that is out, and who waits for it. Used again for another once it is settled: see `Exchange`. */
var Pending = class {
	/** `name`, then the question as it is sent: name in 0x20 case, type, class. */
	name = new Octets(QUESTION_BYTES);
	nameLength = 0;
	qtype = 0;
	qclass = 0;
	dnssecOk = false;
	checkingDisabled = false;
	group = 0;
	/** `Exchange.generation` when it was asked: group numbers are those of these settings. */
	generation = 0;
	/** By the monotonic clock. */
	startedMs = 0;
	/** Not yet answered. Whoever answers some (early ones too: stale, overdue) takes the array and leaves `NOBODY`. */
	waiters = NOBODY$1;
	/** Name of the upstream asked last. */
	upstream = "";
	hash = 0;
	/** The next one in its chain of the table. */
	chained = null;
	/** The group's upstreams in the order of preference when it was asked; a bit below is a place in here. */
	candidates = [];
	/** Place of the upstream whose answer is being waited for; -1 before the first. */
	current = -1;
	/** Is that over TCP, did it go with EDNS, and when? */
	isTcp = false;
	isWithEdns = false;
	sentMs = 0;
	attempts = 0;
	/** Two bits a place: how often it has left this question unanswered over UDP. One bit: TCP was tried. */
	silences = 0;
	triedTcp = 0;
	timeouts = 0;
	/** Bits of those that have given their last word on this question. */
	failed = 0;
	/** Bits of those that left a query with EDNS unanswered, and of those that refused one for it. */
	ednsUnanswered = 0;
	ednsRefused = 0;
	/** The latest refusal in full (SERVFAIL, REFUSED …), passed on when nobody knows better. */
	refusal = null;
	refusedBy = "";
	lastFailure = "timeout";
	/** The latest flight (flights.ts) of this question, or -1. */
	firstFlight = -1;
	/** 0 young, 1 slow, 2 overdue; and whether somebody has joined since that was said. */
	phase = 0;
	hasJoined = false;
	isDone = false;
	retryMs = 0;
	dueMs = 0;
	wheelSlot = -1;
	earlier = null;
	later = null;
	/** Becomes another question; `key` is copied, `random` draws the case it is sent in. */
	begin(key, qtype, qclass, dnssecOk, checkingDisabled, group, generation, hash, candidates, nowMs, waiter, random) {
		const { name } = this;
		const { length } = key;
		copyOctets(key.bytes, 0, name, 0, length);
		mixCase(name, length, name, length, random);
		name[2 * length] = qtype >> 8;
		name[2 * length + 1] = qtype & 255;
		name[2 * length + 2] = qclass >> 8;
		name[2 * length + 3] = qclass & 255;
		this.nameLength = length;
		this.qtype = qtype;
		this.qclass = qclass;
		this.dnssecOk = dnssecOk;
		this.checkingDisabled = checkingDisabled;
		this.group = group;
		this.generation = generation;
		this.hash = hash;
		this.candidates = candidates;
		this.startedMs = nowMs;
		this.waiters = [waiter];
		this.upstream = this.refusedBy = "";
		this.chained = this.refusal = null;
		this.current = this.firstFlight = -1;
		this.isTcp = this.isWithEdns = this.hasJoined = this.isDone = false;
		this.sentMs = this.retryMs = this.dueMs = 0;
		this.attempts = this.silences = this.triedTcp = this.timeouts = this.phase = 0;
		this.failed = this.ednsUnanswered = this.ednsRefused = 0;
		this.lastFailure = "timeout";
	}
};
/** Why an attempt at one upstream came to nothing. */
const FAILURE_REASONS = [
	"timeout",
	"refused",
	"network",
	"mismatch",
	"tcp",
	"servfail",
	"denied",
	"formerr",
	"notimp",
	"malformed"
];
/** Chains of questions, by the low bits of their hashes; as many as are out at the most, or nearly. */
const CHAINS = 8192;
/** Finds a pending question by all that makes it the same. */
var PendingTable = class {
	#chains = Array.from({ length: CHAINS }, () => null);
	#seed;
	/** `seed`: 32 random bits, so that nobody outside can build names of one hash. */
	constructor(seed) {
		this.#seed = seed;
	}
	/** Hash of a question; the name is not computed with `NameKey.hash`, whose seed the policy owns. */
	hash(key, qtype, qclass, flags, group) {
		let hash = hashBytes(key.bytes, 0, key.length, this.#seed);
		hash = Math.imul(hash ^ qtype, 2246822507);
		hash = Math.imul(hash ^ hash >>> 15 ^ qclass << 8 ^ flags ^ group << 2, 3266489909);
		return hash ^ hash >>> 13;
	}
	find(hash, key, qtype, qclass, dnssecOk, checkingDisabled, group) {
		for (let one = this.#chains[hash & 8191] ?? null; one !== null; one = one.chained) if (one.hash === hash && one.qtype === qtype && one.qclass === qclass && one.dnssecOk === dnssecOk && one.checkingDisabled === checkingDisabled && one.group === group && isName(one, key)) return one;
		return null;
	}
	add(pending) {
		const chain = pending.hash & 8191;
		pending.chained = this.#chains[chain] ?? null;
		this.#chains[chain] = pending;
	}
	/** Takes it out, if it is in. */
	remove(pending) {
		const chain = pending.hash & 8191;
		let before = null;
		for (let one = this.#chains[chain] ?? null; one !== null; before = one, one = one.chained) {
			if (one !== pending) continue;
			if (before === null) this.#chains[chain] = one.chained;
			else before.chained = one.chained;
			one.chained = null;
			return;
		}
	}
	/** From now on nobody joins what is out. */
	clear() {
		this.#chains.fill(null);
	}
};
function isName(pending, key) {
	return pending.nameLength === key.length && sameOctets(pending.name, 0, key.bytes, 0, key.length);
}
// src/wire/rdata-names.ts
/**
* Where names stand inside RDATA. Only the types of RFC 1035 and those RFC 3597 §4 tells receivers to expect may
* hold a compressed name; the data of every other type is opaque and free of pointers.
*/
const SHAPES = /* @__PURE__ */ new Map([
	[Type.NS, [0, 1]],
	[Type.MD, [0, 1]],
	[Type.MF, [0, 1]],
	[Type.CNAME, [0, 1]],
	[Type.SOA, [0, 2]],
	[Type.MB, [0, 1]],
	[Type.MG, [0, 1]],
	[Type.MR, [0, 1]],
	[Type.PTR, [0, 1]],
	[Type.MINFO, [0, 2]],
	[Type.MX, [2, 1]],
	[Type.RP, [0, 2]],
	[Type.AFSDB, [2, 1]],
	[Type.RT, [2, 1]],
	[Type.SIG, [18, 1]],
	[Type.PX, [2, 2]],
	[Type.NXT, [0, 1]],
	[Type.SRV, [6, 1]],
	[Type.KX, [2, 1]],
	[Type.DNAME, [0, 1]],
	[Type.RRSIG, [18, 1]],
	[Type.NSEC, [0, 1]],
	[Type.SVCB, [2, 1]],
	[Type.HTTPS, [2, 1]]
]);
/** How many names the RDATA of a record of `type` holds that may be compressed; they stand one behind the other. */
function namesInData(type) {
	return type === Type.NAPTR ? 1 : SHAPES.get(type)?.[1] ?? 0;
}
/** Where the first of them stands in the RDATA `from`..`end`; behind `end` where the data is cut short. */
function firstNameInData(bytes, type, from, end) {
	if (type !== Type.NAPTR) return from + (SHAPES.get(type)?.[0] ?? 0);
	let at = from + 4;
	for (let text = 0; text < 3 && at < end; text++) at += 1 + bytes[at];
	return at;
}
/**
* True where a name in the RDATA `from`..`end` of a record of `type` has a pointer to `limit` or behind it, or is
* malformed.
*/
function rdataPointsBehind(bytes, type, from, end, limit) {
	let at = firstNameInData(bytes, type, from, end);
	for (let names = namesInData(type); names > 0; names--) {
		if (namePointsBehind(bytes, at, end, limit)) return true;
		at = skipName(bytes, at, end);
	}
	return false;
}
/** True where the name at `offset` ends in a pointer to `limit` or behind it, or is malformed. */
function namePointsBehind(bytes, offset, end, limit) {
	const behind = skipName(bytes, offset, end);
	if (behind === -1) return true;
	let at = offset;
	while (at < behind && bytes[at] < 192) at += 1 + bytes[at];
	return at < behind && ((bytes[at] & 63) << 8 | bytes[at + 1]) >= limit;
}
// src/wire/answer.ts
/**
* Reads an upstream's answer into offsets, without decoding it: it is forwarded and cached as the bytes it is. One
* pass over the records; names are followed only where policy needs them.
*/
/** A record takes at least 11 octets, so no message within 16 bits holds more. */
const MAX_RECORDS = Math.floor(65518 / 11);
/** More CNAME, DNAME, SVCB and HTTPS records than this in one message serve nobody; each is followed once. */
const MAX_ALIASES$1 = 256;
/** Longest text of an Extended DNS Error that is kept, octets. */
const MAX_EDE_TEXT = 255;
/** Values of `Answer.section`. */
const Section = {
	Answer: 1,
	Authority: 2,
	Additional: 3
};
/** One message, by offsets. A thread reuses one instance; it allocates nothing but the text of an EDE. */
var Answer = class {
	id = 0;
	/** The header's second word as it came. */
	flags = 0;
	/** TC was set: ask again over TCP, whatever could be read. */
	truncated = false;
	/** Octets up to the end of the last record; what the sender put behind it is not part of the message. */
	length = 0;
	/** 12 bits: the header's four and the OPT's eight. */
	rcode = 0;
	qtype = 0;
	qclass = 0;
	/** Offset behind the question. */
	questionEnd = 0;
	/** Records in all sections, in order, without the OPT: `section` … `rdataLength` are filled up to here. */
	count = 0;
	answerCount = 0;
	authorityCount = 0;
	section = new Uint8Array(MAX_RECORDS);
	/** Offset of the owner name. */
	owner = new Uint16Array(MAX_RECORDS);
	type = new Uint16Array(MAX_RECORDS);
	rrclass = new Uint16Array(MAX_RECORDS);
	ttlOffset = new Uint16Array(MAX_RECORDS);
	/** Seconds; 0 where the message says 2^31 or more. */
	ttl = new Uint32Array(MAX_RECORDS);
	/** Offset of RDATA. */
	rdata = new Uint16Array(MAX_RECORDS);
	rdataLength = new Uint16Array(MAX_RECORDS);
	/** The OPT record: offset of its owner and its length in octets, 0 where there is none. */
	optStart = 0;
	optLength = 0;
	ednsUdpSize = 0;
	dnssecOk = false;
	/** Info code of the first Extended DNS Error, or -1, and its text ('' without). */
	ede = -1;
	edeText = "";
};
/**
* Reads the first `length` octets of `bytes`. False for what is no well-formed answer to one question: then only
* `id`, `flags`, `truncated` and the header's `rcode` are good (all 0 below 12 octets).
*/
function readAnswer(bytes, length, answer) {
	clear$1(answer);
	if (length < 12 || length > 65535) return false;
	const flags = bytes[2] << 8 | bytes[3];
	answer.id = bytes[0] << 8 | bytes[1];
	answer.flags = flags;
	answer.rcode = flags & 15;
	answer.truncated = (flags & Flag.TC) !== 0;
	if ((flags & Flag.QR) === 0 || (flags & 30720) !== 0) return false;
	if ((bytes[4] << 8 | bytes[5]) !== 1) return false;
	const question = skipName(bytes, 12, length);
	if (question === -1 || question + 4 > length) return false;
	answer.qtype = bytes[question] << 8 | bytes[question + 1];
	answer.qclass = bytes[question + 2] << 8 | bytes[question + 3];
	answer.questionEnd = question + 4;
	return readRecords(bytes, length, answer);
}
function clear$1(answer) {
	answer.id = 0;
	answer.flags = 0;
	answer.truncated = false;
	answer.length = 0;
	answer.rcode = 0;
	answer.qtype = 0;
	answer.qclass = 0;
	answer.questionEnd = 0;
	answer.count = 0;
	answer.answerCount = 0;
	answer.authorityCount = 0;
	answer.optStart = 0;
	answer.optLength = 0;
	answer.ednsUdpSize = 0;
	answer.dnssecOk = false;
	answer.ede = -1;
	answer.edeText = "";
}
function readRecords(bytes, length, answer) {
	const authorityFrom = bytes[6] << 8 | bytes[7];
	const additionalFrom = authorityFrom + (bytes[8] << 8 | bytes[9]);
	const total = additionalFrom + (bytes[10] << 8 | bytes[11]);
	let at = answer.questionEnd;
	let count = 0;
	let aliases = 0;
	for (let place = 0; place < total; place++) {
		const owner = at;
		at = skipName(bytes, at, length);
		if (at === -1 || at + 10 > length) return false;
		const type = bytes[at] << 8 | bytes[at + 1];
		const rrclass = bytes[at + 2] << 8 | bytes[at + 3];
		const rdata = at + 10;
		const rdataLength = bytes[at + 8] << 8 | bytes[at + 9];
		const end = rdata + rdataLength;
		if (end > length) return false;
		if (type === Type.OPT) {
			if (place < additionalFrom || answer.optLength > 0 || at !== owner + 1) return false;
			answer.optStart = owner;
			answer.optLength = end - owner;
			readOpt$1(bytes, at, end, answer);
		} else {
			if (!hasSoundData(bytes, type, rrclass, rdata, end)) return false;
			if (isAliasType(type) && ++aliases > MAX_ALIASES$1) return false;
			answer.section[count] = place < authorityFrom ? Section.Answer : place < additionalFrom ? Section.Authority : Section.Additional;
			answer.owner[count] = owner;
			answer.type[count] = type;
			answer.rrclass[count] = rrclass;
			answer.ttlOffset[count] = at + 4;
			answer.ttl[count] = bytes[at + 4] >= 128 ? 0 : bytes[at + 4] << 24 | bytes[at + 5] << 16 | bytes[at + 6] << 8 | bytes[at + 7];
			answer.rdata[count] = rdata;
			answer.rdataLength[count] = rdataLength;
			count++;
		}
		at = end;
	}
	answer.count = count;
	answer.answerCount = authorityFrom;
	answer.authorityCount = additionalFrom - authorityFrom;
	answer.length = at;
	return true;
}
const scratch = new NameKey();
/** False where data that policy looks at cannot be what its type says: it must not pass unlooked-at. */
function hasSoundData(bytes, type, rrclass, rdata, end) {
	if (type === Type.A) return rrclass !== Class.IN || end - rdata === 4;
	if (type === Type.AAAA) return rrclass !== Class.IN || end - rdata === 16;
	if (type === Type.CNAME || type === Type.DNAME) return readName(bytes, rdata, end, scratch) === end;
	if (type === Type.SVCB || type === Type.HTTPS) return readName(bytes, rdata + 2, end, scratch) !== -1;
	return true;
}
function isAliasType(type) {
	return type === Type.CNAME || type === Type.DNAME || type === Type.SVCB || type === Type.HTTPS;
}
/**
* Reads the OPT whose type stands at `at`. Options are hop by hop and end here, so a list that does not add up costs
* the rest of the list and not the answer.
*/
function readOpt$1(bytes, at, end, answer) {
	answer.ednsUdpSize = bytes[at + 2] << 8 | bytes[at + 3];
	answer.rcode |= bytes[at + 4] << 4;
	answer.dnssecOk = (bytes[at + 6] & 128) !== 0;
	let option = at + 10;
	while (option + 4 <= end) {
		const code = bytes[option] << 8 | bytes[option + 1];
		const data = option + 4;
		option = data + (bytes[option + 2] << 8 | bytes[option + 3]);
		if (option > end) return;
		if (code !== EdnsOption.ExtendedError || answer.ede !== -1 || option - data < 2) continue;
		answer.ede = bytes[data] << 8 | bytes[data + 1];
		if (option - data > 2) {
			const textEnd = Math.min(option, data + 2 + MAX_EDE_TEXT);
			answer.edeText = utf8.decode(bytes.subarray(data + 2, textEnd));
		}
	}
}
const utf8 = new TextDecoder();
/**
* Takes the OPT record out of the message in place, corrects ARCOUNT and the offsets in `answer`, and returns the new
* length. -1 (treat as malformed, bytes unchanged): a name in a record behind the OPT points at it or behind it.
*/
function cutOpt(bytes, length, answer) {
	const end = Math.min(length, answer.length);
	const { optStart, optLength, count, owner, rdata } = answer;
	if (optLength === 0) return end;
	let first = count;
	while (first > 0 && owner[first - 1] > optStart) first--;
	for (let record = first; record < count; record++) {
		const data = rdata[record];
		if (namePointsBehind(bytes, owner[record], data, optStart)) return -1;
		if (rdataPointsBehind(bytes, answer.type[record], data, data + answer.rdataLength[record], optStart)) return -1;
	}
	if (optStart + optLength < end) bytes.copyWithin(optStart, optStart + optLength, end);
	for (let record = first; record < count; record++) {
		owner[record] -= optLength;
		rdata[record] -= optLength;
		answer.ttlOffset[record] -= optLength;
	}
	const additionals = (bytes[10] << 8 | bytes[11]) - 1;
	bytes[10] = additionals >>> 8;
	bytes[11] = additionals & 255;
	answer.optLength = 0;
	answer.length = end - optLength;
	return answer.length;
}
// src/wire/question.ts
/**
* Reads what a client asks: header, one question, its OPT record. A ladder of early returns in the order of the
* message; nothing is allocated, and the work is bounded by the message's length.
*/
/** What became of reading a query. */
const Parse = {
	Ok: 0,
	Drop: 1,
	FormErr: 2,
	NotImp: 3,
	BadVers: 4
};
/** Records before and after the OPT that are walked; honest clients send one or two (TSIG, SIG(0)). */
const MAX_EXTRA_RECORDS = 64;
/** One query. A thread reuses one instance, so nothing of it may be kept across an asynchronous step. */
var Query = class {
	id = 0;
	/** The header's second word as it came. */
	flags = 0;
	opcode = 0;
	rd = false;
	tc = false;
	ad = false;
	cd = false;
	/** The name asked for, lower-case; hashes not computed. Empty where the question did not parse. */
	key = new NameKey();
	/**
	* Octets of the question (name, type, class), which stands with its case at 12 of the message; 0 where it did not
	* parse: then it is not echoed.
	*/
	questionLength = 0;
	qtype = 0;
	qclass = 0;
	/** The rcode that belongs to the outcome: NOERROR, FORMERR, NOTIMP or BADVERS (16). */
	rcodeWanted = 0;
	/** The query held an OPT record, so the reply holds one. */
	hasEdns = false;
	ednsVersion = 0;
	/** What the client takes over UDP, at least 512; not capped at what we send. */
	udpSize = 512;
	dnssecOk = false;
	wantsNsid = false;
	/** Where the option stands that names the client's address (see client-options.ts), unread; 0: there is none. */
	clientSubnetAt = 0;
	/** The same for its MAC. */
	clientMacAt = 0;
};
/**
* Reads the first `length` octets of `bytes` into `query`. After anything but Drop, `id`, `flags` and, where it
* could be read, the question are good for a reply.
*/
function readQuestion(bytes, length, query) {
	if (length < 12) return Parse.Drop;
	const flags = bytes[2] << 8 | bytes[3];
	if ((flags & Flag.QR) !== 0) return Parse.Drop;
	clear(query, bytes[0] << 8 | bytes[1], flags);
	const hasQuestion = (bytes[4] << 8 | bytes[5]) === 1 && readOne(bytes, length, query);
	if (query.opcode !== Opcode.Query) return refuse(query, Parse.NotImp, Rcode.NotImp);
	if (!hasQuestion) return refuse(query, Parse.FormErr, Rcode.FormErr);
	const answers = bytes[6] << 8 | bytes[7];
	const authorities = bytes[8] << 8 | bytes[9];
	const additionals = bytes[10] << 8 | bytes[11];
	if (answers !== 0 || authorities !== 0 && query.qtype !== Type.IXFR) return refuse(query, Parse.FormErr, Rcode.FormErr);
	if (!readExtra(bytes, length, query, authorities, additionals)) return refuse(query, Parse.FormErr, Rcode.FormErr);
	if (query.ednsVersion > 0) return refuse(query, Parse.BadVers, Rcode.BadVers);
	return Parse.Ok;
}
function refuse(query, outcome, rcode) {
	query.rcodeWanted = rcode;
	return outcome;
}
function clear(query, id, flags) {
	query.id = id;
	query.flags = flags;
	query.opcode = flags >>> 11 & 15;
	query.rd = (flags & Flag.RD) !== 0;
	query.tc = (flags & Flag.TC) !== 0;
	query.ad = (flags & Flag.AD) !== 0;
	query.cd = (flags & Flag.CD) !== 0;
	query.key.length = 0;
	query.key.labelCount = 0;
	query.questionLength = 0;
	query.qtype = 0;
	query.qclass = 0;
	query.rcodeWanted = Rcode.NoError;
	query.hasEdns = false;
	query.ednsVersion = 0;
	query.udpSize = 512;
	query.dnssecOk = false;
	query.wantsNsid = false;
	query.clientSubnetAt = 0;
	query.clientMacAt = 0;
}
/** Reads the question. A compressed name fails: nothing stands before it that a pointer could mean. */
function readOne(bytes, length, query) {
	const at = readName(bytes, 12, length, query.key);
	if (at === -1 || at + 4 > length) {
		query.key.length = 0;
		query.key.labelCount = 0;
		return false;
	}
	query.qtype = bytes[at] << 8 | bytes[at + 1];
	query.qclass = bytes[at + 2] << 8 | bytes[at + 3];
	query.questionLength = at + 4 - 12;
	return true;
}
/** Walks the records behind the question for the OPT. What else stands there is ignored, and what follows the last. */
function readExtra(bytes, length, query, authorities, additionals) {
	const count = authorities + additionals;
	if (count > MAX_EXTRA_RECORDS) return false;
	let at = 12 + query.questionLength;
	for (let record = 0; record < count; record++) {
		const owner = at;
		at = skipName(bytes, at, length);
		if (at === -1 || at + 10 > length) return false;
		const behind = at + 10 + (bytes[at + 8] << 8 | bytes[at + 9]);
		if (behind > length) return false;
		if (bytes[at] === 0 && bytes[at + 1] === Type.OPT) {
			if (query.hasEdns || record < authorities || at !== owner + 1) return false;
			if (!readOpt(bytes, at, behind, query)) return false;
		}
		at = behind;
	}
	return true;
}
/** Reads the OPT whose type stands at `at` (RFC 6891 §6.1.2): class is a size, TTL is extended rcode, version, flags. */
function readOpt(bytes, at, end, query) {
	query.hasEdns = true;
	query.udpSize = Math.max(512, bytes[at + 2] << 8 | bytes[at + 3]);
	query.ednsVersion = bytes[at + 5];
	query.dnssecOk = (bytes[at + 6] & 128) !== 0;
	if (query.ednsVersion > 0) return true;
	let option = at + 10;
	while (option < end) {
		if (option + 4 > end) return false;
		const code = bytes[option] << 8 | bytes[option + 1];
		const behind = option + 4 + (bytes[option + 2] << 8 | bytes[option + 3]);
		if (behind > end) return false;
		if (code === EdnsOption.Nsid) query.wantsNsid = true;
		else if (code === EdnsOption.ClientSubnet) query.clientSubnetAt = option;
		else if (code === EdnsOption.Mac || code === EdnsOption.DeviceId) query.clientMacAt = option;
		option = behind;
	}
	return true;
}
// src/resting-pool.ts
/**
* Objects that are used again instead of made anew for every packet: making and collecting them was a fifth of the cost
* of a forwarded query (benchmark: compare.py miss). What is given back rests until the clock has moved on, so that
* whoever is still in the middle of a call with it never meets it as somebody else's.
*/
var RestingPool = class {
	#most;
	#free = [];
	#resting = [];
	#restingSinceMs = -Infinity;
	/** At most so many are kept; what is given back beyond is left to the collector. */
	constructor(most) {
		this.#most = most;
	}
	/** One that has rested, or undefined: make one. `nowMs`: monotonic, the same for all that happens in one call. */
	take(nowMs) {
		if (this.#free.length === 0) this.#wake(nowMs);
		return this.#free.pop();
	}
	/** Gives one back, for good: nobody may keep it. */
	give(one, nowMs) {
		this.#wake(nowMs);
		if (this.#free.length + this.#resting.length >= this.#most) return;
		this.#resting.push(one);
		this.#restingSinceMs = nowMs;
	}
	#wake(nowMs) {
		if (nowMs <= this.#restingSinceMs) return;
		for (let one = this.#resting.pop(); one !== void 0; one = this.#resting.pop()) this.#free.push(one);
	}
};
// src/wire/client-options.ts
/**
* The EDNS options by which a forwarder says which of its clients asks: Client Subnet (RFC 7871) and the MAC options of
* dnsmasq (`--add-mac`; codes and forms as in its edns0.c, no RFC has them). Read in place, nothing is allocated.
*
* They tell who asks and change no answer. So they are never sent, neither on nor back, as by a server without
* support for them (RFC 7871 §7.2.1); a forwarder takes such an answer as good for all its clients (§7.3). And what is
* malformed is no FORMERR, which §7.2.1 asks of servers whose answers depend on it, but not there: a fault of the
* forwarder must not cost everybody behind it the DNS.
*/
/** ADDRESS FAMILY of RFC 7871 §6. */
const IPV4 = 1;
const IPV6 = 2;
/** Octets of code and length, and of family and the two prefix lengths. */
const HEAD_BYTES$1 = 4;
const SUBNET_BYTES = 4;
const MAC_BYTES = 6;
/**
* Reads the Client Subnet option at `at` of a query into `address` (16 bytes, IPv4 mapped). False where it tells no
* single machine: a prefix (RFC 7871 asks for one, for privacy), loopback, a group, or malformed.
*/
function readClientSubnet(bytes, at, address) {
	const length = bytes[at + 2] << 8 | bytes[at + 3];
	if (length < SUBNET_BYTES) return false;
	const family = bytes[at + 4] << 8 | bytes[at + 5];
	const prefixBits = bytes[at + 6];
	if (bytes[at + 7] !== 0 || length !== SUBNET_BYTES + (prefixBits >>> 3)) return false;
	if (!(family === IPV4 && prefixBits === 32) && !(family === IPV6 && prefixBits === 128)) return false;
	const from = 16 - (prefixBits >>> 3);
	for (let byte = 0; byte < from; byte++) address[byte] = byte < 10 ? 0 : 255;
	for (let byte = from; byte < 16; byte++) address[byte] = bytes[at + HEAD_BYTES$1 + SUBNET_BYTES + byte - from];
	return isOneMachine(address);
}
/**
* Reads the MAC option at `at` of a query into `mac` (6 bytes): 65001 holds it as it is, 65073 as text
* (`aa:bb:cc:dd:ee:ff`) or base64. False for a group address, the zero one, another length, or malformed.
*/
function readClientMac(bytes, at, mac) {
	const code = bytes[at] << 8 | bytes[at + 1];
	const length = bytes[at + 2] << 8 | bytes[at + 3];
	const from = at + HEAD_BYTES$1;
	if (!(code === EdnsOption.Mac ? readRaw(bytes, from, length, mac) : length === 8 ? readBase64(bytes, from, mac) : length === 17 && readText(bytes, from, mac)) || (mac[0] & 1) !== 0) return false;
	for (let byte = 0; byte < MAC_BYTES; byte++) if (mac[byte] !== 0) return true;
	return false;
}
/**
* Writes to `address` the link-local address that a machine with this MAC makes itself (RFC 4291, appendix A): it
* stands for a machine of which nothing else is known.
*/
function writeLinkLocal(mac, address) {
	address.fill(0, 2, 8);
	address[0] = 254;
	address[1] = 128;
	address[8] = mac[0] ^ 2;
	address[9] = mac[1];
	address[10] = mac[2];
	address[11] = 255;
	address[12] = 254;
	address[13] = mac[3];
	address[14] = mac[4];
	address[15] = mac[5];
}
/** RFC 6890: not loopback ("this forwarder itself"), unspecified, multicast, reserved or broadcast. */
function isOneMachine(address) {
	let zeros = 0;
	while (zeros < 16 && address[zeros] === 0) zeros++;
	if (zeros === 10 && address[10] === 255 && address[11] === 255) {
		const first = address[12];
		return first !== 0 && first !== 127 && first < 224;
	}
	return address[0] !== 255 && zeros < 15;
}
function readRaw(bytes, at, length, mac) {
	if (length !== MAC_BYTES) return false;
	for (let byte = 0; byte < MAC_BYTES; byte++) mac[byte] = bytes[at + byte];
	return true;
}
function readText(bytes, at, mac) {
	for (let byte = 0; byte < MAC_BYTES; byte++) {
		const from = at + byte * 3;
		const high = hexDigit(bytes[from]);
		const low = hexDigit(bytes[from + 1]);
		if (high < 0 || low < 0 || byte < 5 && bytes[from + 2] !== 58) return false;
		mac[byte] = high << 4 | low;
	}
	return true;
}
/** Eight digits of RFC 4648 §4; six octets need no padding. */
function readBase64(bytes, at, mac) {
	for (let half = 0; half < 2; half++) {
		let value = 0;
		for (let digit = 0; digit < 4; digit++) {
			const bits = base64Digit(bytes[at + half * 4 + digit]);
			if (bits < 0) return false;
			value = value << 6 | bits;
		}
		mac[half * 3] = value >>> 16;
		mac[half * 3 + 1] = value >>> 8 & 255;
		mac[half * 3 + 2] = value & 255;
	}
	return true;
}
/** -1: none. */
function hexDigit(code) {
	if (code >= 48 && code <= 57) return code - 48;
	const lower = code | 32;
	return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
/** -1: none. */
function base64Digit(code) {
	if (code >= 65 && code <= 90) return code - 65;
	if (code >= 97 && code <= 122) return code - 71;
	if (code >= 48 && code <= 57) return code + 4;
	return code === 43 ? 62 : code === 47 ? 63 : -1;
}
// src/query/revealed.ts
/** A machine as the forwarder by which it asks names it in EDNS options. */
var Revealed = class {
	/** 16 bytes. Where the forwarder says no full address, the one the machine makes itself from its MAC. */
	address = /* @__PURE__ */ new Uint8Array(16);
	/** 6 bytes; they mean nothing without `hasMac`. */
	mac = /* @__PURE__ */ new Uint8Array(6);
	hasMac = false;
	/** Becomes the machine that asks `query`, which stands in `request`. False: its options tell no machine. */
	read(request, { clientSubnetAt, clientMacAt }) {
		this.hasMac = clientMacAt !== 0 && readClientMac(request, clientMacAt, this.mac);
		if (clientSubnetAt !== 0 && readClientSubnet(request, clientSubnetAt, this.address)) return true;
		if (this.hasMac) writeLinkLocal(this.mac, this.address);
		return this.hasMac;
	}
	/** Becomes a copy of `other`. */
	take(other) {
		this.address.set(other.address);
		this.mac.set(other.mac);
		this.hasMac = other.hasMac;
		return this;
	}
};
// src/query/asked.ts
const NOTHING = /* @__PURE__ */ new Uint8Array(0);
const NO_QUERY = {
	id: 0,
	flags: 0,
	opcode: 0,
	rd: false,
	ad: false,
	cd: false,
	questionLength: 0,
	qtype: 0,
	qclass: 0,
	hasEdns: false,
	udpSize: 512,
	dnssecOk: false,
	wantsNsid: false
};
/** Answered waiters that are kept to be used again: as many as wait at 20,000 a second and 200 ms. */
const WAITERS_KEPT = 4096;
var Asked = class {
	/** Header and question as they came, with the client's case. */
	request = NOTHING;
	query = NO_QUERY;
	/** Who sent it, 16 bytes. */
	client = NOTHING;
	/** The machine it was forwarded for, where a forwarder of ours names one: the hits are that one's. */
	revealed = null;
	transport = 0;
	/** Most bytes the transport takes. */
	maxBytes = 0;
	/** Monotonic. */
	startedMs = 0;
	/** The qname is on an allow list: its answer is not screened. */
	isExempt = false;
	/** The hit of a list that only logs the qname is recorded: whatever snapshot answers, it is one hit. */
	isLogged = false;
	/** Over the rate limit: hits count, the reply is withheld. So is that of a target: it goes behind its alias. */
	isWithheld = false;
	/** It is the target of an alias of ours; null: a client asked for it. */
	led = null;
	/** `Policy.generation` under which nothing knew the qname, or -1: as long as it is in force nothing does. */
	unknownUnder = -1;
	/** Takes in the query at hand, whose bytes and origin are valid during the call. */
	begin(request, query, origin, nowMs) {
		this.request = request;
		this.query = query;
		this.client = origin.address;
		this.revealed = null;
		this.transport = origin.transport;
		this.maxBytes = origin.maxBytes;
		this.startedMs = nowMs;
		this.isExempt = false;
		this.isLogged = false;
		this.isWithheld = false;
		this.unknownUnder = -1;
	}
};
/** Octets of header and the longest question. */
const REQUEST_BYTES = 271;
/** A query that waits for an upstream: a copy that shares nothing with what is reused. */
var Waiter = class extends Asked {
	request = new Octets(REQUEST_BYTES);
	query = { ...NO_QUERY };
	#waiters;
	#replyTo = null;
	/** Memory of its own for `revealed`, once it was needed. */
	#machine = null;
	constructor(waiters) {
		super();
		this.#waiters = waiters;
	}
	/** Becomes the query at hand, which `asked` holds. */
	take(asked, origin) {
		const { query } = asked;
		const replyTo = origin.later();
		const length = 12 + query.questionLength;
		copyOctets(asked.request, 0, this.request, 0, length);
		copyNeeds(query, this.query);
		this.#replyTo = replyTo;
		this.client = replyTo.address;
		this.revealed = asked.revealed && (this.#machine ??= new Revealed()).take(asked.revealed);
		this.transport = asked.transport;
		this.maxBytes = asked.maxBytes;
		this.startedMs = asked.startedMs;
		this.isExempt = false;
		this.isLogged = asked.isLogged;
		this.isWithheld = asked.isWithheld;
		this.led = asked.led;
		this.unknownUnder = asked.unknownUnder;
	}
	/** Hands on the duty to answer: `answer` does nothing from now on. */
	later() {
		const replyTo = this.#replyTo;
		if (replyTo === null) throw new Error("this query is answered");
		this.#replyTo = null;
		return replyTo;
	}
	/** Sends the first `length` of `bytes`, or with 0 gives up in silence. Called once: it is another's afterwards. */
	answer(bytes, length) {
		const replyTo = this.#replyTo;
		if (replyTo === null) return;
		this.#replyTo = null;
		replyTo.send(bytes, length);
		this.#waiters.give(this);
	}
};
/** Makes waiters, and uses those again that have been answered. */
var Waiters = class {
	#clock;
	#answered = new RestingPool(WAITERS_KEPT);
	constructor(clock) {
		this.#clock = clock;
	}
	/** A waiter for the query at hand. */
	of(asked, origin) {
		const waiter = this.#answered.take(this.#clock.monotonicMs()) ?? new Waiter(this);
		waiter.take(asked, origin);
		return waiter;
	}
	/** `waiter` is answered. */
	give(waiter) {
		this.#answered.give(waiter, this.#clock.monotonicMs());
	}
};
function copyNeeds(from, to) {
	to.id = from.id;
	to.flags = from.flags;
	to.opcode = from.opcode;
	to.rd = from.rd;
	to.ad = from.ad;
	to.cd = from.cd;
	to.questionLength = from.questionLength;
	to.qtype = from.qtype;
	to.qclass = from.qclass;
	to.hasEdns = from.hasEdns;
	to.udpSize = from.udpSize;
	to.dnssecOk = from.dnssecOk;
	to.wantsNsid = from.wantsNsid;
}
// src/wire/opt.ts
/** Our OPT record (RFC 6891): size, DO, extended rcode, Extended DNS Errors (RFC 8914) and NSID (RFC 5001). */
/** Octets of a text: with the longest name there is room for an answer beside it in 512 octets. */
const MOST_TEXT_BYTES = 120;
/** Encodes errors, at least one; each an info code of 16 bits and a text, which may be '', and is cut where it is long. */
function extendedErrors(...errors) {
	const options = errors.map(([code, text]) => {
		const utf8 = textBytes(text);
		const option = Buffer.alloc(OPTION_HEAD_BYTES + 2 + utf8.length);
		writeOptionHead(option, 0, EdnsOption.ExtendedError, 2 + utf8.length);
		option.writeUInt16BE(code, OPTION_HEAD_BYTES);
		option.set(utf8, OPTION_HEAD_BYTES + 2);
		return option;
	});
	return {
		code: errors[0][0],
		bytes: new Octets(Buffer.concat(options))
	};
}
function textBytes(text) {
	const bytes = new Uint8Array(MOST_TEXT_BYTES);
	return bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written);
}
/** Octets without options: root, type, class, TTL, RDLENGTH. */
const BARE_OPT_BYTES = 11;
/** Code and length of an option. */
const OPTION_HEAD_BYTES = 4;
/** Octets `appendOpt` adds with these options. */
function optSpace(ede, nsid) {
	const nsidSpace = nsid === null ? 0 : OPTION_HEAD_BYTES + nsid.length;
	return BARE_OPT_BYTES + nsidSpace + (ede === null ? 0 : ede.bytes.length);
}
/**
* Appends the OPT record: `udpSize` what we take over UDP in octets, `dnssecOk` as the query had it (RFC 3225 §3),
* `extendedRcode` the upper eight bits of the rcode. Counts it and returns the new length, or -1 where `out` is full
* and nothing was added.
*/
function appendOpt(out, length, udpSize, dnssecOk, extendedRcode, ede, nsid) {
	const space = optSpace(ede, nsid);
	const rdataLength = space - BARE_OPT_BYTES;
	if (length === -1 || length + space > out.length) return -1;
	let at = length;
	out[at++] = 0;
	out[at++] = 0;
	out[at++] = Type.OPT;
	out[at++] = udpSize >>> 8;
	out[at++] = udpSize & 255;
	out[at++] = extendedRcode & 255;
	out[at++] = 0;
	out[at++] = dnssecOk ? 128 : 0;
	out[at++] = 0;
	out[at++] = rdataLength >>> 8;
	out[at++] = rdataLength & 255;
	if (nsid !== null) {
		at = writeOptionHead(out, at, EdnsOption.Nsid, nsid.length);
		copyOctets(nsid, 0, out, at, nsid.length);
		at += nsid.length;
	}
	if (ede !== null) {
		const { bytes } = ede;
		copyOctets(bytes, 0, out, at, bytes.length);
		at += bytes.length;
	}
	const additionals = (out[10] << 8 | out[11]) + 1;
	out[10] = additionals >>> 8;
	out[11] = additionals & 255;
	return at;
}
function writeOptionHead(out, at, code, length) {
	out[at] = code >>> 8;
	out[at + 1] = code & 255;
	out[at + 2] = length >>> 8;
	out[at + 3] = length & 255;
	return at + 4;
}
// src/wire/records.ts
/**
* Records of our own making. Each function appends one (owner a pointer to the question unless said otherwise), counts
* it in the header, and returns the new length, or -1 where `out` is full: then nothing was added.
* After -1 the next one says -1 as well, so a caller may check once at the end.
*/
/** Offsets of the section counts in the header. */
const ANSWER_COUNT$1 = 6;
const AUTHORITY_COUNT$1 = 8;
/** Owner as a pointer, type, class, TTL, RDLENGTH. */
const HEAD_BYTES = 12;
/** A: `address` holds 4 octets. */
function appendA(out, length, ttlSeconds, address, ownerOffset = 12) {
	return appendOctets$1(out, length, ownerOffset, Type.A, ttlSeconds, address, 4);
}
/** AAAA: `address` holds 16 octets. */
function appendAaaa(out, length, ttlSeconds, address, ownerOffset = 12) {
	return appendOctets$1(out, length, ownerOffset, Type.AAAA, ttlSeconds, address, 16);
}
/** A or AAAA, as `address` has 4 or 16 octets. */
function appendAddress(out, length, ttlSeconds, address, ownerOffset = 12) {
	return address.length === 4 ? appendA(out, length, ttlSeconds, address, ownerOffset) : appendAaaa(out, length, ttlSeconds, address, ownerOffset);
}
/** CNAME to the uncompressed wire name that `target` begins with. */
function appendCname(out, length, ttlSeconds, target, ownerOffset = 12) {
	return appendOctets$1(out, length, ownerOffset, Type.CNAME, ttlSeconds, target, wireNameLength(target));
}
/** PTR to the uncompressed wire name that `target` begins with. */
function appendPtr(out, length, ttlSeconds, target, ownerOffset = 12) {
	return appendOctets$1(out, length, ownerOffset, Type.PTR, ttlSeconds, target, wireNameLength(target));
}
/** TXT in class `rrclass`: `text` in UTF-8, in as many strings of at most 255 octets as it takes. */
function appendTxt(out, length, ttlSeconds, rrclass, text) {
	const utf8 = Buffer.from(text);
	const size = utf8.length;
	const rdataLength = size + Math.max(1, Math.ceil(size / 255));
	const rdata = length + HEAD_BYTES;
	if (length === -1 || rdataLength > 65535 || rdata + rdataLength > out.length) return -1;
	writeHead(out, length, 12, Type.TXT, rrclass, ttlSeconds, rdataLength);
	let at = rdata;
	for (let from = 0; from < size || from === 0; from += 255) {
		const part = Math.min(255, size - from);
		out[at++] = part;
		out.set(utf8.subarray(from, from + part), at);
		at += part;
	}
	return counted(out, ANSWER_COUNT$1, at);
}
/** MNAME, RNAME and RFC 6303 §3's serial 1, refresh 1 h, retry 20 min, expire 7 days; MINIMUM follows. */
const SOA_START = new Octets(Buffer.from("\bthanhloc\x07invalid\0nobody\x07invalid\0\0\0\0\0\0\0\0°\0	:", "latin1"));
/**
* SOA in the authority section, by which NXDOMAIN and NODATA are cached (RFC 2308 §3). `ownerOffset` is where the
* owner starts inside the question: the listed name may be an ancestor of the name asked for. Both numbers seconds.
*/
function appendSoa(out, length, ownerOffset, ttlSeconds, minimumSeconds) {
	const rdata = length + HEAD_BYTES;
	const end = rdata + SOA_START.length + 4;
	if (length === -1 || end > out.length) return -1;
	writeHead(out, length, ownerOffset, Type.SOA, Class.IN, ttlSeconds, SOA_START.length + 4);
	copyOctets(SOA_START, 0, out, rdata, SOA_START.length);
	write32(out, end - 4, minimumSeconds);
	return counted(out, AUTHORITY_COUNT$1, end);
}
/** RFC 8482 §4.2: HINFO "RFC8482" "", the answer to ANY. */
const MINIMAL_ANY = Buffer.from("\x07RFC8482\0", "latin1");
/** The HINFO record that answers ANY (RFC 8482). */
function appendHinfo(out, length, ttlSeconds) {
	return appendOctets$1(out, length, 12, Type.HINFO, ttlSeconds, MINIMAL_ANY, MINIMAL_ANY.length);
}
/** A record of `type` with the first `dataLength` octets of `data` as its RDATA; names in it uncompressed. */
function appendOctets$1(out, length, ownerOffset, type, ttlSeconds, data, dataLength) {
	const rdata = length + HEAD_BYTES;
	if (length === -1 || dataLength < 0 || rdata + dataLength > out.length) return -1;
	writeHead(out, length, ownerOffset, type, Class.IN, ttlSeconds, dataLength);
	copyOctets(data, 0, out, rdata, dataLength);
	return counted(out, ANSWER_COUNT$1, rdata + dataLength);
}
function wireNameLength(name) {
	return skipName(name, 0, name.length);
}
function writeHead(out, at, ownerOffset, type, rrclass, ttlSeconds, rdataLength) {
	out[at] = 192 | ownerOffset >>> 8;
	out[at + 1] = ownerOffset & 255;
	out[at + 2] = type >>> 8;
	out[at + 3] = type & 255;
	out[at + 4] = rrclass >>> 8;
	out[at + 5] = rrclass & 255;
	write32(out, at + 6, ttlSeconds);
	out[at + 10] = rdataLength >>> 8;
	out[at + 11] = rdataLength & 255;
}
function write32(out, at, value) {
	out[at] = value >>> 24;
	out[at + 1] = value >>> 16 & 255;
	out[at + 2] = value >>> 8 & 255;
	out[at + 3] = value & 255;
}
/** Bumps the section count at `countOffset` and returns `length`. */
function counted(out, countOffset, length) {
	const count = (out[countOffset] << 8 | out[countOffset + 1]) + 1;
	out[countOffset] = count >>> 8;
	out[countOffset + 1] = count & 255;
	return length;
}
// src/wire/respond.ts
/**
* Answers of our own, written straight into the buffer that is sent: header and question as asked, records whose owner
* is a pointer to the question, OPT last. Every function returns the message's new length, or -1 where `out` is full
* and nothing was added.
*/
/**
* Starts the response to `query`, whose message is `request`: QR and RA set; opcode, RD and CD copied; AA and AD
* clear; no records; the question as it was asked where it parsed. Of an `rcode` above 15 the lower four bits
* (`appendOpt` writes the rest). `out` and `request` may be the same buffer.
*/
function beginResponse(out, request, query, rcode) {
	const length = 12 + query.questionLength;
	if (length > out.length) return -1;
	const flags = Flag.QR | Flag.RA | query.opcode << 11 | query.flags & (Flag.RD | Flag.CD) | rcode & 15;
	out[0] = query.id >>> 8;
	out[1] = query.id & 255;
	out[2] = flags >>> 8;
	out[3] = flags & 255;
	for (let at = 4; at < 12; at++) out[at] = 0;
	out[5] = query.questionLength > 0 ? 1 : 0;
	if (out !== request) copyOctets(request, 12, out, 12, query.questionLength);
	return length;
}
/**
* Starts a response that says "ask again over TCP" in place of one that does not fit: header with TC, question, no
* records. RFC 2181 §9: no partial RRset; RFC 6891 §7: the OPT stays, so the caller appends it.
*/
function truncate(out, request, query, rcode) {
	const length = beginResponse(out, request, query, rcode);
	if (length !== -1) out[2] |= Flag.TC >>> 8;
	return length;
}
/** Places of names that owners may point at: most answers have one or two. */
const MAX_PLACES = 8;
/** Offsets of the section counts in the header. */
const ANSWER_COUNT = 6;
const AUTHORITY_COUNT = 8;
const MAX_POINTED_AT = 16383;
const MAX_POINTER_HOPS = 127;
const places = new Uint16Array(MAX_PLACES);
let placeCount = 0;
/**
* Appends the answer and authority records of `bytes`, which `answer` was read from, to the `length` octets of `out`, a
* message that has records in its answer section alone, and counts them in its header. The uncompressed name at `target`
* of `out` is the one they answer for. Returns the new length, or -1 where `out` is full, or MALFORMED: then nothing counts.
*/
function appendRecords(out, length, bytes, answer, target) {
	placeCount = 0;
	keepPlace(target);
	let at = length;
	let answers = 0;
	let authorities = 0;
	for (let record = 0; record < answer.count; record++) {
		const section = answer.section[record];
		if (section === Section.Additional) break;
		at = appendRecord(out, at, bytes, answer, record);
		if (at < 0) return at;
		if (section === Section.Answer) answers++;
		else authorities++;
	}
	count(out, ANSWER_COUNT, answers);
	count(out, AUTHORITY_COUNT, authorities);
	return at;
}
function appendRecord(out, start, bytes, answer, record) {
	let at = appendName(out, start, bytes, answer.owner[record], answer.length);
	if (at < 0) return at;
	const known = placeOf(out, start);
	if (known === 0) keepPlace(start);
	else {
		out[start] = 192 | known >>> 8;
		out[start + 1] = known & 255;
		at = start + 2;
	}
	const from = answer.rdata[record];
	if (at + 10 > out.length) return -1;
	for (let field = from - 10; field < from - 2; field++) out[at++] = bytes[field];
	const data = at + 2;
	at = appendData(out, data, bytes, answer.type[record], from, from + answer.rdataLength[record]);
	if (at < 0) return at;
	if (at - data > 65535) return -1;
	out[data - 2] = at - data >>> 8;
	out[data - 1] = at - data & 255;
	if (answer.type[record] === Type.CNAME) keepPlace(data);
	return at;
}
function appendData(out, start, bytes, type, from, end) {
	let read = from;
	let at = start;
	let names = namesInData(type);
	if (names > 0) {
		const first = firstNameInData(bytes, type, from, end);
		if (first >= end) return -2;
		at = appendOctets(out, at, bytes, from, first);
		for (read = first; names > 0 && at >= 0; names--) {
			at = appendName(out, at, bytes, read, end);
			read = nameEnd(bytes, read);
			if (at >= 0 && read > end) return -2;
		}
	}
	return at < 0 ? at : appendOctets(out, at, bytes, read, end);
}
function appendOctets(out, at, bytes, from, end) {
	if (at + end - from > out.length) return -1;
	for (let read = from; read < end; read++) out[at++] = bytes[read];
	return at;
}
/** Writes out the name at `offset`, in its case. As `readName` walks it. */
function appendName(out, start, bytes, offset, end) {
	let from = offset;
	let read = offset;
	let at = start;
	for (let hops = 0;;) {
		if (read >= end) return -2;
		const size = bytes[read];
		if (size > 63) {
			if (size < 192 || read + 1 >= end) return -2;
			const place = (size & 63) << 8 | bytes[read + 1];
			if (place >= from || place < 12 || ++hops > MAX_POINTER_HOPS) return -2;
			read = from = place;
			continue;
		}
		if (read + size >= end || at - start + size + 1 > 255) return -2;
		if (at + size + 1 > out.length) return -1;
		for (const last = read + size; read <= last; read++) out[at++] = bytes[read];
		if (size === 0) return at;
	}
}
/** Behind the name at `at`, which could be read, without following its pointer. */
function nameEnd(bytes, at) {
	while (bytes[at] > 0 && bytes[at] <= 63) at += 1 + bytes[at];
	return bytes[at] === 0 ? at + 1 : at + 2;
}
function keepPlace(place) {
	if (place <= MAX_POINTED_AT && placeCount < MAX_PLACES) places[placeCount++] = place;
}
/** Where the name that stands at `start` stands before, or 0. All of them are written out. */
function placeOf(out, start) {
	if (out[start] === 0) return 0;
	for (let index = 0; index < placeCount; index++) {
		const place = places[index];
		let at = 0;
		while (lower(out[place + at]) === lower(out[start + at])) {
			if (out[start + at] === 0 && isRoot(out, start, at)) return place;
			at++;
		}
	}
	return 0;
}
function isRoot(out, start, at) {
	let label = start;
	while (label < start + at) label += 1 + out[label];
	return label === start + at;
}
function count(out, at, more) {
	const value = (out[at] << 8 | out[at + 1]) + more;
	out[at] = value >>> 8;
	out[at + 1] = value & 255;
}
// src/query/led.ts
/**
* Aliases of our own that lead to names elsewhere: local data of response policy zones, own records. A client takes an
* answer as complete, so the target is asked for here, the way the query itself went, and its records go behind the alias.
*/
/** A zone's alias may lead to an own one and that to a name elsewhere; no target is led on by a zone. */
const MAX_LEADS = 2;
/** Octets of a record whose owner is a pointer, before its data. */
const RECORD_HEAD_BYTES = 12;
/** Whether an alias in the answer to `asked` may be followed. Over the rate limit nobody is led anywhere. */
function mayFollow({ led, isWithheld }) {
	return led === null ? !isWithheld : led.depth < MAX_LEADS;
}
/** Memory to ask for a target in: of one call, which nothing else of the same depth comes between. */
var Place = class {
	asked = new Asked();
	query = new Query();
	request = new Uint8Array(REQUEST_BYTES);
	/** For the target's answer. */
	out = new Uint8Array(MAX_MESSAGE_BYTES);
};
/** One answer that begins with an alias, until its target's records are known. */
var Led = class {
	/** From 1. */
	depth;
	/** A hit is recorded for the alias: what holds its target is no other one. */
	isHit;
	#leads;
	#from;
	/** Where header, question and aliases were written, good for the call; and where they stand now. */
	#first;
	#out;
	#length;
	/** Where in there the target's name stands. */
	#target;
	#outcome;
	#errors;
	#asked;
	#waiter = null;
	constructor(leads, asked, from, out, length, target, outcome, errors) {
		this.depth = asked.led === null ? 1 : asked.led.depth + 1;
		this.isHit = outcome === Outcome.blocked || asked.led?.isHit === true;
		this.#leads = leads;
		this.#asked = asked;
		this.#from = from;
		this.#first = this.#out = out;
		this.#length = length;
		this.#target = target;
		this.#outcome = outcome;
		this.#errors = errors;
	}
	/** Who asked, 16 bytes. */
	get address() {
		return this.#asked.client;
	}
	/** The target's answer comes later, or the alias is not to be followed in this call: keeps what that takes. */
	later() {
		if (this.#waiter === null) {
			this.#waiter = this.#leads.waiters.of(this.#asked, this.#from);
			this.#asked = this.#waiter;
			this.#out = this.#out.slice(0, this.#length);
		}
		return this;
	}
	/** Makes the query for the target in the memory of its depth. */
	begin() {
		const place = this.#leads.place(this.depth);
		const { asked, query, request } = place;
		const { client, revealed, transport, startedMs, query: first } = this.#asked;
		const end = readName(this.#out, this.#target, this.#length, query.key);
		request.set(this.#out.subarray(this.#target, end), 12);
		const type = 12 + end - this.#target;
		request.set([
			first.qtype >>> 8,
			first.qtype & 255,
			0,
			Class.IN
		], type);
		query.questionLength = type + 4 - 12;
		query.flags = first.flags;
		query.rd = first.rd;
		query.cd = first.cd;
		query.dnssecOk = first.dnssecOk;
		query.qtype = first.qtype;
		query.qclass = Class.IN;
		query.udpSize = MAX_MESSAGE_BYTES;
		asked.begin(request, query, {
			transport,
			address: client,
			maxBytes: MAX_MESSAGE_BYTES
		}, startedMs);
		asked.revealed = revealed;
		asked.isWithheld = true;
		asked.led = this;
		return place;
	}
	/**
	* Takes the target's answer. Returns the length of the whole, in the memory the alias was written to, or 0: it has been
	* sent to one who waited.
	*/
	finish(bytes, length) {
		if (this.#waiter === null) return this.#join(this.#out, bytes, length);
		this.send(bytes, length);
		return 0;
	}
	/** The same for one who waits. With length 0 nothing is sent. */
	send(bytes, length) {
		const waiter = this.#waiter;
		if (length === 0) {
			waiter.answer(bytes, 0);
			this.#waiter = null;
			this.#out = this.#first;
			return;
		}
		const { out } = this.#leads.place(this.depth - 1);
		out.set(this.#out);
		waiter.answer(out, this.#join(out, bytes, length));
	}
	/** The rcode is that of the last name (RFC 6604 §3), SERVFAIL included; the aliases stand in every case. */
	#join(out, bytes, length) {
		const { answer, replies } = this.#leads;
		let end = -1;
		let rcode = Rcode.NoError;
		if (readAnswer(bytes, length, answer)) {
			rcode = answer.rcode;
			end = appendRecords(out, this.#length, bytes, answer, this.#target);
			if (end === -2) {
				rcode = Rcode.ServFail;
				end = this.#length;
			}
			if (rcode === Rcode.Refused && !this.#asked.query.rd) rcode = Rcode.NoError;
			out[3] = out[3] & 240 | rcode;
		}
		return replies.finish(out, end, this.#asked, rcode, this.#outcome, this.#errors);
	}
};
/** What aliases of one thread are followed with. */
var Leads = class {
	waiters;
	replies;
	answer = new Answer();
	#places = [];
	constructor(waiters, replies) {
		this.waiters = waiters;
		this.replies = replies;
	}
	/** A blocked name whose answer is an alias; `out` holds it and nothing behind it, in `length` octets. */
	blocked(asked, from, out, length, errors) {
		const target = 12 + asked.query.questionLength + RECORD_HEAD_BYTES;
		return new Led(this, asked, from, out, length, target, Outcome.blocked, errors);
	}
	/** An own record, or several, that leads to the name at `target`. */
	own(asked, from, out, length, target) {
		return new Led(this, asked, from, out, length, target, Outcome.local, null);
	}
	/** Made when the first alias is followed: most agencies have none. */
	place(depth) {
		for (let next = this.#places.length; next <= depth; next++) this.#places.push(new Place());
		return this.#places[depth];
	}
};
// src/query/local-data.ts
/** What a response policy zone answers: records of the type asked for, or an alias that leads elsewhere. */
/**
* Appends what `data` has for the type that was asked, to `out` of `length` octets, which hold header and question.
* Returns the new length, `length` where it has nothing, -1 where `out` is full. `ttlSeconds`: of records whose list and
* zone say none.
*/
function appendLocalData(out, length, { query }, data, verdict, ttlSeconds) {
	const alias = aliasOf(data);
	if (alias !== null) return appendAlias(out, length, query.questionLength, alias, ttlOf(alias, verdict, ttlSeconds));
	const type = query.qtype === Type.ANY ? data[0].type : query.qtype;
	let end = length;
	for (const record of data) {
		if (record.type !== type || end === -1) continue;
		const { rdata } = record;
		end = appendOctets$1(out, end, 12, type, ttlOf(record, verdict, ttlSeconds), rdata, rdata.length);
	}
	return end;
}
/** The list's own TTL goes before the zone's. */
function ttlOf(record, verdict, otherwise) {
	return verdict.ttlSeconds === -1 ? record.ttlSeconds ?? otherwise : verdict.ttlSeconds;
}
const STAR = 42;
const target = /* @__PURE__ */ new Uint8Array(510);
/** A target that would be too long is none: NODATA. */
function appendAlias(out, length, questionLength, { rdata }, ttlSeconds) {
	if (!(rdata[0] === 1 && rdata[1] === STAR)) return appendCname(out, length, ttlSeconds, rdata);
	const qnameLength = questionLength - 5;
	if (qnameLength + rdata.length - 2 > 255) return length;
	target.set(out.subarray(12, 12 + qnameLength));
	target.set(rdata.subarray(2), qnameLength);
	return appendCname(out, length, ttlSeconds, target);
}
// src/query/replies.ts
/** Extended DNS Errors of our own (RFC 8914), made once. */
const Errors = {
	prohibited: extendedErrors([Ede.Prohibited, ""]),
	stale: extendedErrors([Ede.StaleAnswer, ""]),
	staleNxDomain: extendedErrors([Ede.StaleNxDomainAnswer, ""]),
	unreachable: extendedErrors([Ede.NoReachableAuthority, ""]),
	network: extendedErrors([Ede.NetworkError, ""]),
	cachedError: extendedErrors([Ede.CachedError, ""]),
	notReady: extendedErrors([Ede.NotReady, ""])
};
/** Strangers told so in a second; the others are dropped, so that a forged source gains nothing by us. */
const REFUSALS_PER_SECOND = 100;
/** By info code: an upstream's Extended DNS Error as we pass it on, without the text, which may be long. */
const passed = /* @__PURE__ */ new Map();
/** The EDE of an upstream's answer, to be passed on; null where it had none (`ede` -1). */
function passedOn({ ede }) {
	if (ede === -1) return null;
	let options = passed.get(ede);
	if (!options) {
		options = extendedErrors([ede, ""]);
		passed.set(ede, options);
	}
	return options;
}
var Replies = class {
	#counters;
	#clock;
	#nsid = null;
	#staleTtlSeconds = 0;
	#slip = 0;
	#refusedSecond = 0;
	#refusedCount = 0;
	constructor(settings, counters, clock) {
		this.#counters = counters;
		this.#clock = clock;
		this.configure(settings);
	}
	configure({ server, cache }) {
		this.#staleTtlSeconds = cache.staleTtlSeconds;
		this.#nsid = server.nsid && server.id !== "" ? new TextEncoder().encode(server.id) : null;
	}
	/** Nothing is sent. */
	drop(asked) {
		this.#count(asked, -1, Outcome.dropped);
		return 0;
	}
	/** REFUSED with EDE 18 (RFC 8914 §4.19) for one who may not ask, or nothing when there are many. */
	refuseStranger(out, asked) {
		const second = Math.floor(asked.startedMs / 1e3);
		if (second !== this.#refusedSecond) {
			this.#refusedSecond = second;
			this.#refusedCount = 0;
		}
		if (this.#refusedCount++ >= REFUSALS_PER_SECOND) return this.drop(asked);
		return this.empty(out, asked, Rcode.Refused, Outcome.refused, Errors.prohibited);
	}
	/** Header, question and `rcode`, nothing more. */
	empty(out, asked, rcode, outcome, ede) {
		const length = beginResponse(out, asked.request, asked.query, rcode & 15);
		return this.finish(out, length, asked, rcode, outcome, ede);
	}
	/**
	* Makes a message that is not ours, from the cache or from upstream, the answer to this query: id, flags and the
	* question's case. `isFresh`: AD may stand, for a client that asked for it (RFC 6840 §5.7-5.8).
	*/
	message(out, length, asked, rcode, outcome, isFresh, ede) {
		const { query, request } = asked;
		const ad = isFresh && (query.ad || query.dnssecOk) ? getFlags(out) & Flag.AD : 0;
		setId(out, query.id);
		setFlags(out, Flag.QR | query.flags & (Flag.RD | Flag.CD) | Flag.RA | ad | rcode & 15);
		setQuestion(out, request, query.questionLength);
		return this.finish(out, length, asked, rcode, outcome, ede);
	}
	/** Appends our OPT and counts. What does not fit (`length` -1, or more than there is room for) becomes a TC reply. */
	finish(out, length, asked, rcode, outcome, ede) {
		const { query } = asked;
		if (asked.isWithheld) return asked.led === null ? this.#limit(out, asked) : length;
		const room = roomFor(asked);
		let end = length;
		if (query.hasEdns && end !== -1) end = this.#appendOpt(out, end, asked, rcode, ede);
		if (end === -1 || end > room) {
			end = truncate(out, asked.request, asked.query, rcode & 15);
			if (query.hasEdns) end = this.#appendOpt(out, end, asked, rcode, ede);
		}
		return this.made(end, asked, rcode, outcome);
	}
	/** Counts a reply of `length` octets that is whole. */
	made(length, asked, rcode, outcome) {
		this.#count(asked, rcode, outcome);
		return length;
	}
	/** The reply that is made of what is kept, fresh or stale. */
	kept(out, asked, entry) {
		const { isFresh, rcode } = entry;
		const length = entry.write(out, asked.query.questionLength, this.#staleTtlSeconds);
		const outcome = isFresh ? Outcome.cached : Outcome.stale;
		const stale = rcode === Rcode.NxDomain ? Errors.staleNxDomain : Errors.stale;
		return this.message(out, length, asked, rcode, outcome, isFresh, isFresh ? passedOn(entry) : stale);
	}
	/** Every second reply over the rate limit is a TC: an honest client comes back by TCP, a forged one cannot. */
	#limit(out, asked) {
		this.#counters.add("rateLimited");
		this.#slip ^= 1;
		const isSent = this.#slip === 1 && asked.transport === 0;
		this.#count(asked, isSent ? Rcode.NoError : -1, Outcome.limited);
		if (!isSent) return 0;
		const end = truncate(out, asked.request, asked.query, Rcode.NoError);
		return asked.query.hasEdns ? this.#appendOpt(out, end, asked, Rcode.NoError, null) : end;
	}
	/** `rcode` -1: nothing is sent. */
	#count(asked, rcode, outcome) {
		this.#counters.answer(outcome, rcode, this.#clock.monotonicMs() - asked.startedMs);
	}
	#appendOpt(out, length, { query }, rcode, ede) {
		const nsid = query.wantsNsid ? this.#nsid : null;
		return appendOpt(out, length, MAX_UDP_PAYLOAD, query.dnssecOk, rcode >>> 4, ede, nsid);
	}
};
/** What a reply may have, octets: what the client takes and what the transport takes. */
function roomFor({ query, transport, maxBytes }) {
	return transport === 1 ? maxBytes : Math.min(query.udpSize, maxBytes);
}
// src/query/block-answer.ts
const NXDOMAIN = ACTIONS.indexOf("nxdomain");
const REFUSED = ACTIONS.indexOf("refused");
const DROP = ACTIONS.indexOf("drop");
const SINKHOLE = ACTIONS.indexOf("sinkhole");
const TCP_ONLY = ACTIONS.indexOf("tcp-only");
const NONE = [];
/** Room for the record and the longest OPT without NSID. */
const ENDING_BYTES = 512;
var BlockAnswers = class {
	#replies;
	#errors = /* @__PURE__ */ new WeakMap();
	/** Of the list that decided last: most decide many in a row, and are one object until lists change. */
	#lastList = null;
	#lastErrors = null;
	#ttlSeconds = 0;
	#ipv4 = [];
	#ipv6 = [];
	constructor(settings, replies) {
		this.#replies = replies;
		this.configure(settings);
	}
	configure({ sinkhole }) {
		this.#ttlSeconds = sinkhole.ttlSeconds;
		this.#ipv4 = [bytesOf(sinkhole.ipv4).subarray(12)];
		this.#ipv6 = [bytesOf(sinkhole.ipv6)];
		this.#errors = /* @__PURE__ */ new WeakMap();
		this.#lastErrors = null;
	}
	/** Writes the answer `verdict` (a Block) asks for. Returns the length to send, 0 for the action drop. */
	write(out, asked, verdict) {
		const { query } = asked;
		const ending = this.#endingOf(query, verdict);
		if (ending === null || asked.isWithheld || !(out instanceof Octets)) return this.writePlain(out, asked, verdict);
		const start = 12 + query.questionLength;
		const end = start + ending.length;
		if (end > roomFor(asked) || end > out.length) return this.writePlain(out, asked, verdict);
		beginResponse(out, asked.request, query, Rcode.NoError);
		out[7] = 1;
		out[11] = query.hasEdns ? 1 : 0;
		copyWords(ending.view, 0, out.view, start, ending.length);
		return this.#replies.made(end, asked, Rcode.NoError, Outcome.blocked);
	}
	/**
	* What stands behind the question, or null where it is not the same for every name. It is put together once for a list:
	* octet by octet it was a fifth of a blocked query (benchmark: compare.py block).
	*/
	#endingOf({ qtype, hasEdns, dnssecOk, wantsNsid }, verdict) {
		if (verdict.action !== SINKHOLE || verdict.data !== null || dnssecOk || wantsNsid) return null;
		if (qtype !== Type.A && qtype !== Type.AAAA) return null;
		const { endings, forged } = this.#errorsOf(verdict.list);
		const place = (qtype === Type.A ? 0 : 1) + (hasEdns ? 2 : 0);
		const ttlSeconds = this.#ttlOf(verdict);
		const known = endings[place];
		if (known !== null && known.ttlSeconds === ttlSeconds) return known.bytes;
		const out = new Octets(ENDING_BYTES);
		const address = (qtype === Type.A ? this.#ipv4 : this.#ipv6)[0];
		let end = appendAddress(out, 12, ttlSeconds, address);
		if (hasEdns) end = appendOpt(out, end, MAX_UDP_PAYLOAD, false, 0, forged, null);
		const bytes = new Octets(out.subarray(12, end));
		endings[place] = {
			ttlSeconds,
			bytes
		};
		return bytes;
	}
	/** As `write`, record by record: for all other answers, and the oracle in test/property/answers-in-place.test.ts. */
	writePlain(out, asked, verdict) {
		const { action } = verdict;
		const { query } = asked;
		const errors = this.#errorsOf(verdict.list);
		if (action === DROP) return this.#replies.drop(asked);
		if (action === TCP_ONLY) return this.#replies.finish(out, -1, asked, Rcode.NoError, Outcome.blocked, errors.blocked);
		if (action === REFUSED) return this.#replies.empty(out, asked, Rcode.Refused, Outcome.blocked, errors.blocked);
		const ttlSeconds = this.#ttlOf(verdict);
		const rcode = action === NXDOMAIN ? Rcode.NxDomain : Rcode.NoError;
		const start = beginResponse(out, asked.request, query, rcode);
		const end = action === SINKHOLE ? this.#forge(out, start, asked, verdict, ttlSeconds) : start;
		if (end !== start) return this.#replies.finish(out, end, asked, rcode, Outcome.blocked, errors.forged);
		const length = appendSoa(out, start, ownerOffset(asked, verdict), ttlSeconds, ttlSeconds);
		return this.#replies.finish(out, length, asked, rcode, Outcome.blocked, errors.blocked);
	}
	/**
	* Where that answer is an alias whose target is to be asked for, writes header, question and alias and returns the
	* length; otherwise 0.
	*/
	writeAlias(out, asked, verdict) {
		const { action, data } = verdict;
		if (data === null || action !== SINKHOLE || aliasOf(data) === null) return 0;
		const { query } = asked;
		if (asked.led !== null || !mayFollow(asked) || query.qtype === Type.CNAME || query.qtype === Type.ANY) return 0;
		const start = beginResponse(out, asked.request, query, Rcode.NoError);
		const end = this.#forge(out, start, asked, verdict, this.#ttlSeconds);
		return end <= start ? 0 : end;
	}
	/** The EDE of a forged answer. */
	forgedBy({ list }) {
		return this.#errorsOf(list).forged;
	}
	/** Appends what is forged for the type; the same length where it gets nothing. */
	#forge(out, start, asked, verdict, ttlSeconds) {
		const { data } = verdict;
		if (data !== null && asked.led === null) return appendLocalData(out, start, asked, data, verdict, this.#ttlSeconds);
		const { qtype } = asked.query;
		const addresses = qtype === Type.A ? this.#ipv4 : qtype === Type.AAAA ? this.#ipv6 : NONE;
		let length = start;
		for (let i = 0; i < addresses.length && length !== -1; i++) length = appendAddress(out, length, ttlSeconds, addresses[i]);
		return length;
	}
	/** Seconds. */
	#ttlOf({ ttlSeconds }) {
		return ttlSeconds === -1 ? this.#ttlSeconds : ttlSeconds;
	}
	#errorsOf(meta) {
		if (meta === this.#lastList && this.#lastErrors !== null) return this.#lastErrors;
		let errors = meta === null ? void 0 : this.#errors.get(meta);
		if (errors === void 0) {
			errors = encode(meta);
			if (meta !== null) this.#errors.set(meta, errors);
		}
		this.#lastList = meta;
		this.#lastErrors = errors;
		return errors;
	}
};
function encode(meta) {
	const text = meta === null ? "" : meta.document === "" ? meta.id : `${meta.id}: ${meta.document}`;
	const blocked = [Ede.Blocked, text];
	return {
		blocked: extendedErrors(blocked),
		forged: extendedErrors(blocked, [Ede.ForgedAnswer, ""]),
		endings: [
			null,
			null,
			null,
			null
		]
	};
}
/** Where in the question the SOA's owner stands: the listed name when the question is for it, else the qname. */
function ownerOffset({ query }, { trigger, indicatorLength }) {
	const nameLength = query.questionLength - 5;
	return 12 + (trigger === Trigger.qname ? nameLength - indicatorLength : 0);
}
function bytesOf(text) {
	const bytes = new Octets(16);
	if (!parseAddress(text, bytes)) throw new Error(`sinkhole: not an IP address: ${text}`);
	return bytes;
}
/** TCP-Only blocks who asks by UDP; by TCP it passes, and is a hit all the same. */
function kindFor({ transport }, kind, { action }) {
	return kind === VerdictKind.Block && action === TCP_ONLY && transport === 1 ? VerdictKind.Log : kind;
}
// src/query/group-of.ts
/** The group of the machine a forwarder of ours names, where that is in one, else of who sent the packet. */
function groupOf(policy, { revealed, client }) {
	if (!policy.hasGroups) return 0;
	const group = revealed === null ? 0 : policy.groupOf(revealed.address);
	return group === 0 ? policy.groupOf(client) : group;
}
/** The address, 16 bytes, of the machine that asks: the one a forwarder of ours names, else who sent the packet. */
function machineOf({ revealed, client }) {
	return revealed === null ? client : revealed.address;
}
/** Whether blocking is paused for that machine, of that group, or for the forwarder that asks for it. */
function isPausedFor(policy, group, asked) {
	if (policy.isPausedFor(group, machineOf(asked))) return true;
	return asked.revealed !== null && policy.isPausedFor(group, asked.client);
}
// src/query/kept.ts
/** The answer kept for a question that is out. */
function keptFor({ cache }, question) {
	const { nameLength, name, qtype, qclass, dnssecOk, checkingDisabled, group } = question;
	const key = {
		bytes: name,
		length: nameLength
	};
	return cache.find(key, qtype, qclass, dnssecOk, checkingDisabled, group);
}
/**
* Where a kept answer leads, as of the policy in force: looked at anew when that has changed, in the memory of `out` and
* `answer`.
*/
function screeningOf({ cache, policy, counters }, screen, entry, out, answer) {
	if (entry.generation === policy.generation) return entry.screened;
	counters.add("screenedAgain");
	readAnswer(out, entry.copyMessage(out), answer);
	const screened = screen.look(out, answer, entry.group === 0);
	cache.noteScreening(entry, policy.generation, screened);
	return screened;
}
// src/local/special-use.ts
/** What is answered for a special-use name and all names under it. */
const SpecialUse = {
	/** NXDOMAIN. */
	NameError: 1,
	/** NXDOMAIN below; the zone itself exists and is empty (RFC 6303 §3). */
	EmptyZone: 2,
	/** NODATA for whatever is asked. */
	NoData: 3,
	/** The loopback addresses. */
	Loopback: 4
};
/** The special-use names in force under `settings`. */
function specialNames(settings) {
	const { firefoxCanary, privateRelay } = settings.special;
	return [
		...NAMES,
		...named(SpecialUse.EmptyZone, emptyReverseZones()),
		...named(SpecialUse.NameError, firefoxCanary ? ["use-application-dns.net"] : []),
		...named(SpecialUse.NameError, privateRelay ? ["mask.icloud.com", "mask-h2.icloud.com"] : [])
	];
}
const NAMES = [
	{
		name: "localhost",
		use: SpecialUse.Loopback
	},
	{
		name: "invalid",
		use: SpecialUse.NameError
	},
	{
		name: "test",
		use: SpecialUse.NameError
	},
	{
		name: "local",
		use: SpecialUse.NameError
	},
	{
		name: "onion",
		use: SpecialUse.NameError
	},
	{
		name: "alt",
		use: SpecialUse.NameError
	},
	{
		name: "home.arpa",
		use: SpecialUse.EmptyZone
	},
	{
		name: "resolver.arpa",
		use: SpecialUse.NoData
	}
];
/** Reverse zones of addresses that are nobody's or everybody's. */
function emptyReverseZones() {
	return [
		"10.in-addr.arpa",
		...range(16, 31).map((octet) => `${octet}.172.in-addr.arpa`),
		"168.192.in-addr.arpa",
		"0.in-addr.arpa",
		"127.in-addr.arpa",
		"254.169.in-addr.arpa",
		"2.0.192.in-addr.arpa",
		"100.51.198.in-addr.arpa",
		"113.0.203.in-addr.arpa",
		"255.255.255.255.in-addr.arpa",
		...range(64, 127).map((octet) => `${octet}.100.in-addr.arpa`),
		`${"0.".repeat(32)}ip6.arpa`,
		`1.${"0.".repeat(31)}ip6.arpa`,
		"d.f.ip6.arpa",
		...[
			"8",
			"9",
			"a",
			"b"
		].map((nibble) => `${nibble}.e.f.ip6.arpa`),
		"8.b.d.0.1.0.0.2.ip6.arpa"
	];
}
function named(use, names) {
	return names.map((name) => ({
		name,
		use
	}));
}
function range(first, last) {
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
// src/local/own-record.ts
/** Throws a RangeError that says which record holds what cannot be read. */
function ownRecord(settings, sinkhole) {
	try {
		return {
			ttlSeconds: settings.ttlSeconds,
			a: [...settings.a, ...settings.sinkhole ? [sinkhole.ipv4] : []].map((text) => address(text).subarray(12)),
			aaaa: [...settings.aaaa, ...settings.sinkhole ? [sinkhole.ipv6] : []].map(address),
			cname: settings.cname === null ? null : wireName$1(settings.cname),
			ptr: settings.ptr === null ? null : wireName$1(settings.ptr),
			txt: settings.txt
		};
	} catch (cause) {
		throw new RangeError(`record ${settings.name}: ${cause.message}`, { cause });
	}
}
function address(text) {
	const bytes = /* @__PURE__ */ new Uint8Array(16);
	if (!parseAddress(text, bytes)) throw new RangeError(`"${text}" is not an address`);
	return bytes;
}
// src/local/suffix-index.ts
/**
* A small fixed set of names, looked up by the suffixes of a `NameKey`: open addressing over the hashes the key
* already has, names compared byte by byte. Nothing is allocated by a look-up.
*/
var SuffixIndex = class {
	/** Lower-case wire names, one behind the other, and where each begins; one offset more than there are names. */
	#bytes;
	#start;
	#hash;
	/** Number of the name plus one; 0: free. At most half full. */
	#slots;
	/** `names`: lower-case wire form, each once. */
	constructor(names) {
		this.#bytes = Buffer.concat(names);
		this.#start = new Uint32Array(names.length + 1);
		for (let name = 0; name < names.length; name++) this.#start[name + 1] = this.#start[name] + names[name].length;
		this.#hash = new Int32Array(names.length);
		this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(names.length * 2, 2))));
	}
	/** Makes it fit keys whose hashes are computed under `seed`. */
	rehash(seed) {
		const slots = this.#slots;
		const mask = slots.length - 1;
		const key = new NameKey();
		slots.fill(0);
		for (let name = 0; name < this.#hash.length; name++) {
			load(key, this.#bytes.subarray(this.#start[name], this.#start[name + 1]));
			hashSuffixes(key, seed);
			const hash = key.hash[0];
			this.#hash[name] = hash;
			let slot = hash & mask;
			while (slots[slot] !== 0) slot = slot + 1 & mask;
			slots[slot] = name + 1;
		}
	}
	/** The number of the name that `key` ends in from `label` on, or -1. */
	find(key, label) {
		const slots = this.#slots;
		const mask = slots.length - 1;
		const hash = key.hash[label];
		for (let slot = hash & mask; slots[slot] !== 0; slot = slot + 1 & mask) {
			const name = slots[slot] - 1;
			if (this.#hash[name] === hash && this.#isSuffix(name, key, key.labelStart[label])) return name;
		}
		return -1;
	}
	#isSuffix(name, key, from) {
		const start = this.#start[name];
		if (this.#start[name + 1] - start !== key.length - from) return false;
		for (let at = from; at < key.length; at++) if (this.#bytes[start + at - from] !== key.bytes[at]) return false;
		return true;
	}
};
function load(key, name) {
	key.bytes.set(name);
	key.length = name.length;
	key.labelCount = 0;
	for (let at = 0; name[at] !== 0; at += name[at] + 1) key.labelStart[key.labelCount++] = at;
}
// src/local/zones.ts
/** What a name turned out to be. */
const Found = {
	None: 0,
	Record: 1,
	Forward: 2,
	Special: 3
};
/** The outcome of a look-up; one instance is reused. */
var LocalMatch = class {
	kind = Found.None;
	/** Number of the record, number of the forward zone's entry in `settings.forward`, or the `SpecialUse`. */
	index = -1;
	/** The label of the name at which the deciding name begins. */
	label = 0;
	/** Own records or forward zones lie under the name itself, so that it exists (RFC 8020 §2). */
	hasNamesBelow = false;
	/** Once its answer is written: where in it the name stands that an own alias leads to elsewhere; 0: it leads nowhere. */
	target = 0;
};
var LocalZones = class {
	#index;
	#places;
	#records;
	/** Number of the own record that an own CNAME leads to, -1: elsewhere. */
	#targets;
	/** Throws a RangeError that says which record or zone cannot be read. `rehash` before the first `find`. */
	constructor(settings) {
		const places = new Places();
		for (const { name, use } of specialNames(settings)) places.at(wireName$1(name)).special = use;
		settings.forward.forEach(({ zones }, forward) => {
			for (const zone of zones) {
				const place = places.add(wireName$1(zone));
				if (place.forward === -1) place.forward = forward;
			}
		});
		settings.records.forEach(({ name }, record) => places.add(wireName$1(name)).record = record);
		this.#index = new SuffixIndex(places.names());
		this.#places = places.all();
		this.#records = settings.records.map((record) => ownRecord(record, settings.sinkhole));
		this.#targets = this.#records.map(({ cname }) => cname === null ? -1 : places.recordOf(cname));
	}
	/** Makes it fit keys whose hashes are computed under `seed`. */
	rehash(seed) {
		this.#index.rehash(seed);
	}
	/** Fills `match` and returns its kind. The hashes of `key` are those of the seed of `rehash`. */
	find(key, qtype, match) {
		match.hasNamesBelow = false;
		for (let label = 0; label < key.labelCount; label++) {
			const number = this.#index.find(key, label);
			if (number === -1) continue;
			const { record, forward, special, hasNamesBelow } = this.#places[number];
			if (label === 0) {
				match.hasNamesBelow = hasNamesBelow;
				if (record !== -1) return settle(match, Found.Record, record, label);
			}
			if (forward !== -1) return settle(match, Found.Forward, forward, label);
			if (special !== 0) {
				if (special === SpecialUse.EmptyZone && label === 0 && qtype === Type.DS) break;
				return settle(match, Found.Special, special, label);
			}
		}
		return settle(match, Found.None, -1, 0);
	}
	/** The own record of that number. */
	record(index) {
		return this.#records[index];
	}
	/** The own record that the CNAME of record `index` leads to, as its number; -1: it leads elsewhere. */
	target(index) {
		return this.#targets[index];
	}
};
function settle(match, kind, index, label) {
	match.kind = kind;
	match.index = index;
	match.label = label;
	return kind;
}
/** Collects what is known of each name, under its wire form. */
var Places = class {
	#byName = /* @__PURE__ */ new Map();
	/** The place of `name`, made where there is none. */
	at(name) {
		const text = Buffer.from(name).toString("latin1");
		let place = this.#byName.get(text);
		if (place === void 0) {
			place = {
				record: -1,
				forward: -1,
				special: 0,
				hasNamesBelow: false
			};
			this.#byName.set(text, place);
		}
		return place;
	}
	/** The same for a name that exists; its ancestors learn that they have names below. */
	add(name) {
		for (let label = name[0] + 1; label < name.length - 1; label += name[label] + 1) this.at(name.subarray(label)).hasNamesBelow = true;
		return this.at(name);
	}
	/** The number of the own record of `name`, or -1. */
	recordOf(name) {
		return this.#byName.get(Buffer.from(name).toString("latin1"))?.record ?? -1;
	}
	names() {
		return [...this.#byName.keys()].map((name) => Buffer.from(name, "latin1"));
	}
	all() {
		return [...this.#byName.values()];
	}
};
// src/local/local-answer.ts
/** Own CNAMEs followed within one answer; they may lead in a circle. */
const MAX_ALIASES = 8;
/**
* Writes the answer of a match that is a record or special use. Returns its length without OPT, or -1 where `out` is
* full; the rcode stands in the header.
*/
function writeLocal(out, request, query, zones, match) {
	match.target = 0;
	return match.kind === Found.Record ? writeRecord(out, request, query, zones, match) : writeSpecial(out, request, query, match);
}
function writeRecord(out, request, query, zones, match) {
	const { qtype } = query;
	let length = beginResponse(out, request, query, Rcode.NoError);
	let index = match.index;
	let owner = 12;
	for (let alias = 0; alias < MAX_ALIASES && length !== -1; alias++) {
		const record = zones.record(index);
		if (record.cname === null) {
			const end = writeData(out, length, owner, qtype, record);
			return end === length ? appendSoa(out, length, 12, record.ttlSeconds, record.ttlSeconds) : end;
		}
		const rdata = length + 12;
		length = appendCname(out, length, record.ttlSeconds, record.cname, owner);
		if (length === -1 || qtype === Type.CNAME || qtype === Type.ANY) return length;
		owner = rdata;
		index = zones.target(index);
		if (index === -1) {
			match.target = rdata;
			return length;
		}
	}
	return length;
}
/** Appends the records of the type asked for, those of one type for ANY (RFC 8482 §4.1). */
function writeData(out, from, owner, qtype, record) {
	const { a, aaaa, ptr, txt, ttlSeconds } = record;
	const type = qtype === Type.ANY ? firstType(record) : qtype;
	let length = from;
	if (type === Type.PTR && ptr !== null) length = appendPtr(out, length, ttlSeconds, ptr, owner);
	for (const address of type === Type.A ? a : type === Type.AAAA ? aaaa : NO_ADDRESSES) if (length !== -1) length = appendAddress(out, length, ttlSeconds, address, owner);
	for (const text of type === Type.TXT ? txt : NO_TEXTS) {
		const start = length;
		if (length !== -1) length = appendTxt(out, length, ttlSeconds, Class.IN, text);
		if (length !== -1) pointOwner(out, start, owner);
	}
	return length;
}
const NO_ADDRESSES = [];
const NO_TEXTS = [];
function firstType({ a, aaaa, ptr }) {
	return a.length > 0 ? Type.A : aaaa.length > 0 ? Type.AAAA : ptr !== null ? Type.PTR : Type.TXT;
}
/** Makes the owner of the record at `start`, a pointer, one to `owner`. */
function pointOwner(out, start, owner) {
	out[start] = 192 | owner >>> 8;
	out[start + 1] = owner & 255;
}
const LOOPBACK_IPV4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK_IPV6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
function writeSpecial(out, request, query, match) {
	const { qtype } = query;
	const length = beginResponse(out, request, query, rcodeOf(match));
	if (length === -1) return -1;
	if (match.index === SpecialUse.Loopback) {
		if (qtype === Type.A || qtype === Type.ANY) return appendA(out, length, 900, LOOPBACK_IPV4);
		if (qtype === Type.AAAA) return appendAaaa(out, length, 900, LOOPBACK_IPV6);
	}
	return appendSoa(out, length, 12 + query.key.labelStart[match.label], 900, 900);
}
function rcodeOf({ index, label, hasNamesBelow }) {
	if (hasNamesBelow) return Rcode.NoError;
	return index === SpecialUse.NameError || index === SpecialUse.EmptyZone && label > 0 ? Rcode.NxDomain : Rcode.NoError;
}
// src/local/server-identity.ts
var ServerIdentity = class {
	#texts = /* @__PURE__ */ new Map();
	constructor(settings) {
		this.configure(settings);
	}
	configure({ server }) {
		this.#texts = /* @__PURE__ */ new Map([
			["id.server", server.id],
			["hostname.bind", server.id],
			["version.server", server.version],
			["version.bind", server.version]
		]);
	}
	/**
	* Writes the answer to a query of class CH: TXT for the names above, NODATA for their other types, REFUSED for what
	* is not configured and for every other name. Returns its length without OPT, or -1; the rcode stands in the header.
	*/
	write(out, request, query) {
		const text = this.#texts.get(nameToText(query.key.bytes)) ?? "";
		const length = beginResponse(out, request, query, text === "" ? Rcode.Refused : Rcode.NoError);
		const isAsked = query.qtype === Type.TXT || query.qtype === Type.ANY;
		if (length === -1 || text === "" || !isAsked) return length;
		return appendTxt(out, length, 0, Class.CH, text);
	}
};
// src/query/local-answers.ts
/** Of the answer to ANY, which says nothing that could change. */
const ANY_TTL_SECONDS = 3600;
var LocalAnswers = class {
	#replies;
	#identity;
	#match = new LocalMatch();
	#zones;
	#seed = null;
	constructor(settings, replies) {
		this.#replies = replies;
		this.#identity = new ServerIdentity(settings);
		this.#zones = new LocalZones(settings);
	}
	configure(settings) {
		this.#identity.configure(settings);
		this.#zones = new LocalZones(settings);
		this.#seed = null;
	}
	/**
	* Where `query` is to be asked: 0 the general upstreams, 1 … the servers of a forward zone; -1: `answer` knows.
	* `seed`: the one the hashes of its key are computed under.
	*/
	find(query, seed) {
		if (seed !== this.#seed) {
			this.#zones.rehash(seed);
			this.#seed = seed;
		}
		const found = this.#zones.find(query.key, query.qtype, this.#match);
		if (found === Found.Record || found === Found.Special || query.qtype === Type.ANY) return -1;
		return found === Found.Forward ? this.#match.index + 1 : 0;
	}
	/** Writes what `find` has just said -1 to, up to the last record. Returns the length, or -1. */
	write(out, asked, query) {
		const { kind } = this.#match;
		if (kind === Found.Record || kind === Found.Special) return writeLocal(out, asked.request, query, this.#zones, this.#match);
		this.#match.target = 0;
		return minimalAny(out, asked);
	}
	/** Where in what `write` wrote the name stands that an own alias leads to elsewhere; 0: there is none. */
	get target() {
		return this.#match.target;
	}
	/** Class CH tells who we are; of other classes nobody here knows anything. */
	otherClass(out, asked, query) {
		if (query.qclass !== Class.CH) return this.#replies.empty(out, asked, Rcode.Refused, Outcome.refused, null);
		return this.finish(out, this.#identity.write(out, asked.request, query), asked);
	}
	/** Makes what was written a reply. */
	finish(out, length, asked) {
		const rcode = out[3] & 15;
		const outcome = rcode === Rcode.Refused ? Outcome.refused : Outcome.local;
		return this.#replies.finish(out, length, asked, rcode, outcome, null);
	}
};
/** RFC 8482 §4.2: all there is to say to ANY, which mostly serves to amplify. */
function minimalAny(out, { request, query }) {
	return appendHinfo(out, beginResponse(out, request, query, Rcode.NoError), ANY_TTL_SECONDS);
}
// src/query/record-hit.ts
/** Records the hit of `key` under `verdict`. Of a name that an alias has led to there is none beside that of the alias. */
function recordHit(parts, asked, key, verdict) {
	if (asked.led !== null && asked.led.isHit) return;
	const { hits, forwarders, clock } = parts;
	const client = asked.revealed === null ? asked.client : forwarders.clientOf(asked.revealed);
	hits.record(client, verdict.indicatorWords, verdict.indicatorStart >> 2, verdict.indicatorLength, verdict.indicatorKind, verdict.trigger, verdict.action, asked.query.qtype, key.bytes, key.length, verdict.lists, verdict.listCount, clock.wallMs());
}
// src/query/refused-type.ts
/** Query types that are no records: what cannot be asked of a forwarder. */
/** Types 128 to 255 are for questions and transactions alone (RFC 6895 §3.1). */
const FIRST_META = 128;
const LAST_META = 255;
/** The rcode such a type is answered with; NOERROR: it may be asked. */
function refusedType(qtype) {
	if (qtype === Type.AXFR || qtype === Type.IXFR) return Rcode.Refused;
	if (qtype === Type.ANY) return Rcode.NoError;
	if (qtype === Type.OPT) return Rcode.FormErr;
	return qtype >= FIRST_META && qtype <= LAST_META ? Rcode.NotImp : Rcode.NoError;
}
// src/query/screen.ts
/** Walks answers for one thread. */
var AnswerScreen = class {
	#screening;
	#alias = new NameKey();
	#onHint;
	constructor(screening) {
		this.#screening = screening;
		this.#onHint = (bytes, offset, family) => this.#screening.addAddress(bytes, offset, family);
	}
	/**
	* Looks at the answer section of a message that `answer` was read from. `addresses` is false for forward zones:
	* what the agency's own servers say of its own machines is not for public address lists to judge.
	*
	* All aliases are looked at, however many (`readAnswer` takes no more than 256) and wherever they stand: those of
	* one HTTPS record set lie side by side, and decoys could stand before the one that counts. Records of every class,
	* because there are C libraries that look at the type alone.
	*/
	look(bytes, answer, addresses) {
		const screening = this.#screening;
		screening.begin();
		for (let record = 0; record < answer.count && answer.section[record] === Section.Answer; record++) {
			const type = answer.type[record];
			if (type === Type.A || type === Type.AAAA) {
				const isAddress = answer.rdataLength[record] === (type === Type.A ? 4 : 16);
				if (addresses && isAddress) screening.addAddress(bytes, answer.rdata[record], type === Type.A ? 4 : 6);
				continue;
			}
			if (readAlias(bytes, answer, record, this.#alias)) screening.addAlias(this.#alias);
			if (addresses) forEachHint(bytes, answer, record, this.#onHint);
		}
		return screening.save();
	}
};
// src/query/path.ts
/**
* Queries that wait for upstreams, in each thread. One takes about a kilobyte: without this bound a flood of names whose
* servers do not answer would fill the heap.
*/
const MAX_WAITING$1 = 65536;
/**
* How long a failure is remembered at most while no upstream is there at all: that is nothing about the name, and once
* the line is back nobody shall wait the five minutes of RFC 9520.
*/
const OUTAGE_MS = 5e3;
var QueryPath = class {
	#parts;
	#replies;
	#blocks;
	#local;
	#screening;
	#screen;
	#waiters;
	#leads;
	/** Aliases that are followed when all who waited for one answer have been answered. */
	#held = [];
	#query = new Query();
	#asked = new Asked();
	#verdict = new Verdict$1();
	#screened = new Verdict$1();
	#answer = new Answer();
	#pendingKey = new NameKey();
	#out = new Octets(MAX_MESSAGE_BYTES);
	#waiting = 0;
	constructor(parts) {
		this.#parts = parts;
		this.#replies = new Replies(parts.settings, parts.counters, parts.clock);
		this.#blocks = new BlockAnswers(parts.settings, this.#replies);
		this.#local = new LocalAnswers(parts.settings, this.#replies);
		this.#screening = new Screening(parts.policy);
		this.#screen = new AnswerScreen(this.#screening);
		this.#waiters = new Waiters(parts.clock);
		this.#leads = new Leads(this.#waiters, this.#replies);
	}
	/** Takes changed settings, between queries. */
	configure(settings, networks) {
		this.#parts.settings = settings;
		this.#parts.networks = networks;
		this.#replies.configure(settings);
		this.#blocks.configure(settings);
		this.#local.configure(settings);
	}
	/** One query: see QuestionHandler. */
	question(request, length, origin, out) {
		const { counters, clock, networks, limiter, forwarders } = this.#parts;
		const query = this.#query;
		const asked = this.#asked;
		counters.query(origin.transport);
		asked.begin(request, query, origin, clock.monotonicMs());
		const parsed = readQuestion(request, length, query);
		if (parsed === Parse.Drop) return this.#replies.drop(asked);
		if (!networks.contains(origin.address)) return this.#replies.refuseStranger(out, asked);
		asked.isWithheld = limiter.over(origin.address);
		if (parsed !== Parse.Ok) return this.#replies.empty(out, asked, query.rcodeWanted, Outcome.invalid, null);
		if (query.qclass !== Class.IN) return this.#local.otherClass(out, asked, query);
		const refused = refusedType(query.qtype);
		if (refused !== Rcode.NoError) return this.#replies.empty(out, asked, refused, Outcome.refused, null);
		asked.revealed = forwarders.machineOf(request, query, origin.address);
		return this.#resolve(out, asked, query, origin);
	}
	/** What a client asked for, or what an alias of ours has led to. */
	#resolve(out, asked, query, from) {
		const { policy, cache } = this.#parts;
		const kind = kindFor(asked, this.#judge(query.key, asked), this.#verdict);
		if (kind === VerdictKind.Block) return this.#block(out, asked, query.key, this.#verdict, from);
		if (kind === VerdictKind.Log) this.#log(asked, query.key);
		asked.isExempt = kind === VerdictKind.Allow;
		if (!policy.hasSay) asked.unknownUnder = policy.generation;
		const loop = this.#parts.exchange.isLoopProbe(query.key);
		if (loop >= 0) return this.#refuseLoop(out, asked, loop);
		const group = this.#local.find(query, policy.seed);
		if (group < 0) return this.#answerHere(out, asked, query, from);
		const { qtype, qclass, dnssecOk, cd } = query;
		const entry = cache.find(query.key, qtype, qclass, dnssecOk, cd, group);
		if (entry !== void 0) {
			if (entry.isFresh) return this.#fromCache(out, asked, query.key, entry, from);
			if (entry.isFailing) return this.#afterFailure(out, asked, query.key, entry, from);
		}
		if (!query.rd) return this.#replies.empty(out, asked, Rcode.Refused, Outcome.refused, null);
		if (this.#askUpstream(asked, query, from, group)) return 0;
		return this.#replies.empty(out, asked, Rcode.ServFail, Outcome.failed, Errors.network);
	}
	/** Lets it wait for an upstream's answer. False: too much is under way. */
	#askUpstream(asked, query, from, group) {
		if (this.#waiting >= MAX_WAITING$1) return false;
		const { key, qtype, qclass, dnssecOk, cd } = query;
		const waiter = this.#waiters.of(asked, from);
		if (this.#parts.exchange.ask(key, qtype, qclass, dnssecOk, cd, group, waiter)) {
			this.#waiting++;
			return true;
		}
		waiter.answer(this.#out, 0);
		return false;
	}
	/** An upstream's answer; source, id and question are checked. False: it cannot be read, ask another. */
	answered(pending, bytes, length) {
		const { cache, policy, settings } = this.#parts;
		const answer = this.#answer;
		if (!readAnswer(bytes, length, answer)) return false;
		const end = cutOpt(bytes, length, answer);
		if (end === -1) return false;
		normaliseOwnerCase(bytes, end, answer);
		const ede = passedOn(answer);
		if (answer.rcode !== Rcode.NoError && answer.rcode !== Rcode.NxDomain) {
			this.#failWith(pending, answer.rcode > 15 ? Rcode.ServFail : answer.rcode, ede);
			return true;
		}
		capTtls(bytes, answer.ttlOffset, answer.count, settings.cache.maxTtlSeconds);
		const screened = this.#screen.look(bytes, answer, pending.group === 0);
		const notes = {
			generation: policy.generation,
			screened,
			ede: answer.ede
		};
		if (this.#isCurrent(pending)) cache.store(pending, bytes, answer, notes);
		this.#release(pending, screened, (waiter) => {
			copyOctets(bytes, 0, this.#out, 0, end);
			return this.#replies.message(this.#out, end, waiter, answer.rcode, Outcome.forwarded, true, ede);
		});
		return true;
	}
	/** No answer for 1.8 s: what is stale is served now, and the answer still kept when it comes (RFC 8767 §5). */
	slow(pending) {
		const entry = keptFor(this.#parts, pending);
		if (entry?.isServable === true) this.#releaseStale(pending, entry);
	}
	/** No answer in the time a client waits. The exchange goes on; its answer will be in the cache. */
	overdue(pending) {
		this.#releaseFailed(pending, Rcode.ServFail, Errors.network);
	}
	/** Every upstream has failed, or the time is over. */
	failed(pending) {
		const isOutage = pending.candidates.every(({ state }) => state !== "up");
		this.#failWith(pending, Rcode.ServFail, Errors.unreachable, isOutage ? OUTAGE_MS : void 0);
	}
	#failWith(pending, rcode, ede, mostMs) {
		const { cache } = this.#parts;
		const entry = this.#isCurrent(pending) ? cache.storeFailure(pending, ede?.code ?? -1, mostMs) : keptFor(this.#parts, pending);
		if (entry?.isServable === true) this.#releaseStale(pending, entry);
		else this.#releaseFailed(pending, rcode, ede);
	}
	/** Was it asked under the settings in force? Group numbers of earlier ones may mean other zones or servers now. */
	#isCurrent({ generation }) {
		return generation === this.#parts.exchange.generation;
	}
	#releaseFailed(pending, rcode, ede) {
		this.#release(pending, null, (waiter) => this.#replies.empty(this.#out, waiter, rcode, Outcome.failed, ede));
	}
	#releaseStale(pending, entry) {
		this.#release(pending, this.#screeningOf(entry), (waiter) => this.#replies.kept(this.#out, waiter, entry));
	}
	/** Answers all who wait, each under the policy of this moment, whatever it was when they asked. */
	#release(pending, screened, write) {
		const { policy } = this.#parts;
		const { generation } = policy;
		const { waiters } = pending;
		pending.waiters = NOBODY$1;
		this.#waiting -= waiters.length;
		let kind = null;
		for (const waiter of waiters) {
			let length;
			if (screened === null && waiter.unknownUnder === generation) length = write(waiter);
			else {
				if (kind === null || policy.isPerClient) kind = this.#judgePending(pending, waiter);
				length = this.#writeUnder(kind, waiter, screened, write);
			}
			waiter.answer(this.#out, length);
		}
		if (this.#held.length > 0) for (const led of this.#held.splice(0)) this.#follow(led);
	}
	/** The name that waited, in `#pendingKey`, and what policy says of it now to that waiter. */
	#judgePending(pending, waiter) {
		readName(pending.name, 0, pending.nameLength, this.#pendingKey);
		return this.#judge(this.#pendingKey, waiter);
	}
	/** Writes what one who waited is told, the name being of that kind. */
	#writeUnder(judged, waiter, screened, write) {
		const key = this.#pendingKey;
		const kind = kindFor(waiter, judged, this.#verdict);
		waiter.isExempt = kind === VerdictKind.Allow;
		if (kind === VerdictKind.Block) return this.#block(this.#out, waiter, key, this.#verdict, waiter);
		if (kind === VerdictKind.Log && !waiter.isLogged) this.#log(waiter, key);
		if (this.#isBlockedBy(screened, waiter, key)) return this.#block(this.#out, waiter, key, this.#screened, waiter);
		return write(waiter);
	}
	/** What policy says of the name to who asks; fills `#verdict`. */
	#judge(key, asked) {
		const { policy } = this.#parts;
		hashSuffixes(key, policy.seed);
		policy.match(key);
		this.#verdict.group = groupOf(policy, asked);
		return policy.decide(policy.hasSay && this.#isPaused(asked), this.#verdict, machineOf(asked));
	}
	/** What policy says of where the answer leads; fills `#screened`, and records the hit of a list that only logs. */
	#isBlockedBy(screened, asked, key) {
		if (screened === null || asked.isExempt) return false;
		this.#screening.restore(screened);
		this.#screened.group = this.#verdict.group;
		const kind = kindFor(asked, this.#screening.decide(this.#isPaused(asked), this.#screened, this.#verdict.endPlace), this.#screened);
		if (kind === VerdictKind.Log) recordHit(this.#parts, asked, key, this.#screened);
		return kind === VerdictKind.Block;
	}
	/** For all, or for who asks, who was judged last. */
	#isPaused(asked) {
		const { policy, clock, pausedUntilMs } = this.#parts;
		const until = pausedUntilMs();
		if (until !== 0 && clock.wallMs() < until) return true;
		return isPausedFor(policy, this.#verdict.group, asked);
	}
	/** Answers what is blocked, with what an alias leads to where that is the answer; the hit is one. */
	#block(out, asked, key, verdict, from) {
		recordHit(this.#parts, asked, key, verdict);
		const length = this.#blocks.writeAlias(out, asked, verdict);
		if (length === 0) return this.#blocks.write(out, asked, verdict);
		const led = this.#leads.blocked(asked, from, out, length, this.#blocks.forgedBy(verdict));
		if (!(from instanceof Waiter)) return this.#follow(led);
		this.#held.push(led.later());
		return 0;
	}
	/** Own records and special-use names. An own alias may lead elsewhere. */
	#answerHere(out, asked, query, from) {
		const length = this.#local.write(out, asked, query);
		const { target } = this.#local;
		if (target === 0 || length === -1 || !mayFollow(asked)) return this.#local.finish(out, length, asked);
		return this.#follow(this.#leads.own(asked, from, out, length, target));
	}
	/** Asks for what an alias leads to, and answers with both. */
	#follow(led) {
		const { asked, query, out } = led.begin();
		const length = this.#resolve(out, asked, query, led);
		return length === 0 ? 0 : led.finish(out, length);
	}
	/** Records the hit of a qname that a list only logs. */
	#log(asked, key) {
		asked.isLogged = true;
		recordHit(this.#parts, asked, key, this.#verdict);
	}
	#fromCache(out, asked, key, entry, from) {
		if (this.#isBlockedBy(this.#screeningOf(entry), asked, key)) return this.#block(out, asked, key, this.#screened, from);
		return this.#replies.kept(out, asked, entry);
	}
	#afterFailure(out, asked, key, entry, from) {
		if (entry.isServable) return this.#fromCache(out, asked, key, entry, from);
		return this.#replies.empty(out, asked, Rcode.ServFail, Outcome.failed, Errors.cachedError);
	}
	/** A query of our own has come back: that upstream forwards to us. */
	#refuseLoop(out, asked, upstream) {
		this.#parts.onLoop(upstream);
		return this.#replies.empty(out, asked, Rcode.Refused, Outcome.refused, null);
	}
	#screeningOf(entry) {
		return screeningOf(this.#parts, this.#screen, entry, this.#out, this.#answer);
	}
};
// src/query/revealed-pairs.ts
/**
* Which MAC stood at an address when a forwarder last named both: so that the control thread is told once and not for
* every hit, and so that it shows at once when an address changes hands. One table of fixed size for all resolver
* threads, in shared memory, 40 bytes a place; who finds his place taken takes it over, and what was there is told
* once more. No lock: a pair that two threads write at once looks like one that has changed hands, and that only means
* that hits go by the MAC for a while.
*
*   0   when it was told, milliseconds since 1970 as a float; 0: never
*   8   when the machine at the address changed
*   16  address
*   32  MAC
*/
const PLACE_BYTES = 40;
const TOLD = 0;
const CHANGED = 1;
const ADDRESS$1 = 16;
const MAC = 32;
/** Told again after this long, because a letter may be lost, and what is not told for long is forgotten. */
const TOLD_MS = 6e4;
/** An address at which another machine was seen within this time is nobody's. */
const CHANGED_MS = 6e5;
var RevealedPairs = class {
	#bytes;
	#floats;
	#places;
	/** `memory`: shared by all threads, zero at first. */
	constructor(memory) {
		this.#bytes = new Uint8Array(memory);
		this.#floats = new Float64Array(memory);
		this.#places = Math.floor(memory.byteLength / PLACE_BYTES);
		if (this.#places < 1) throw new RangeError(`pairs: ${memory.byteLength} bytes hold none`);
	}
	/** Notes that the machine with `mac` (6 bytes) asks from `address` (16 bytes), at `nowMs` by the wall clock. */
	note(address, mac, nowMs) {
		const place = this.#placeOf(address);
		const told = place / 8 + TOLD;
		const changed = place / 8 + CHANGED;
		const isKnown = this.#holds(place + ADDRESS$1, address);
		if (!(isKnown && this.#holds(place + MAC, mac))) {
			this.#floats[told] = 0;
			this.#floats[changed] = isKnown ? nowMs : 0;
			this.#bytes.set(address, place + ADDRESS$1);
			this.#bytes.set(mac, place + MAC);
		}
		if (isWithin(CHANGED_MS, this.#floats[changed], nowMs)) return "contested";
		return isWithin(TOLD_MS, this.#floats[told], nowMs) ? "known" : "news";
	}
	/** The pair of `address` was told. */
	told(address, nowMs) {
		this.#floats[this.#placeOf(address) / 8 + TOLD] = nowMs;
	}
	#placeOf(address) {
		let hash = 0;
		for (let byte = 0; byte < 16; byte++) hash = Math.imul(hash ^ address[byte], 16777619);
		hash = Math.imul(hash ^ hash >>> 15, 2246822507);
		return ((hash ^ hash >>> 13) >>> 0) % this.#places * PLACE_BYTES;
	}
	#holds(at, bytes) {
		for (let byte = 0; byte < bytes.length; byte++) if (this.#bytes[at + byte] !== bytes[byte]) return false;
		return true;
	}
};
/** Whichever way the clock was set. */
function isWithin(ms, thenMs, nowMs) {
	return Math.abs(nowMs - thenMs) < ms;
}
// src/query/forwarders.ts
/**
* Forwarders of the organisation's own: they say in EDNS options which of their machines asks, and only they are
* believed, because anybody can write an option. Rate limit and access go by who sent the packet all the same.
*/
/** Pairs that wait to be told; what comes beyond is told with a later hit. */
const MAX_NEWS = 1e3;
var Forwarders = class {
	#clock;
	#pairs;
	#revealed = new Revealed();
	#linkLocal = /* @__PURE__ */ new Uint8Array(16);
	/** null: there are none, and no option is looked at. */
	#networks = null;
	#news = [];
	/** `memory`: see RevealedPairs. `networks`: of the forwarders, CIDR. */
	constructor(memory, networks, clock) {
		this.#pairs = new RevealedPairs(memory);
		this.#clock = clock;
		this.configure(networks);
	}
	configure(networks) {
		this.#networks = networks.length === 0 ? null : new NetworkSet(networks);
	}
	/**
	* The machine for which `source` (16 bytes) forwards `query`; null where it is no forwarder or names none: then the
	* client is `source` itself. Valid until the next call.
	*/
	machineOf(request, query, source) {
		if (this.#networks === null || (query.clientSubnetAt | query.clientMacAt) === 0) return null;
		if (!this.#networks.contains(source)) return null;
		return this.#revealed.read(request, query) ? this.#revealed : null;
	}
	/**
	* The address (16 bytes, valid until the next call) under which a hit of `machine` is counted, and notes its MAC for
	* the control thread. While an address changes hands, or machines of two forwarders have it, the hit goes by the MAC
	* alone: no machine shall stand for another.
	*/
	clientOf({ address, mac, hasMac }) {
		if (!hasMac) return address;
		if (this.#note(address, mac)) return address;
		writeLinkLocal(mac, this.#linkLocal);
		this.#note(this.#linkLocal, mac);
		return this.#linkLocal;
	}
	/** What is to be told since the last call. */
	takeNews() {
		const news = this.#news;
		if (news.length > 0) this.#news = [];
		return news;
	}
	/** False: the address is not this machine's alone. */
	#note(address, mac) {
		const nowMs = this.#clock.wallMs();
		const state = this.#pairs.note(address, mac, nowMs);
		if (state === "news" && this.#news.length < MAX_NEWS) {
			this.#news.push({
				address: address.slice(),
				mac: macText(mac),
				atMs: nowMs
			});
			this.#pairs.told(address, nowMs);
		}
		return state !== "contested";
	}
};
function macText(mac) {
	return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
// src/query/notices.ts
/** Of one thread, under way and in a second; more are dropped, and their sender asks again (RFC 1996 §3.6). */
const MAX_WAITING = 64;
const MAX_PER_SECOND = 50;
/** Third octet of the header: QR and AA aside. */
const OPCODE_BITS = 248;
/** Whether a message is a NOTIFY request; looks at one octet. */
function isNotify(message) {
	return (message[2] & OPCODE_BITS) === Opcode.Notify << 3;
}
var Notices = class {
	#answer;
	#primaries = [];
	#clock;
	#waiting = 0;
	#second = 0;
	#inSecond = 0;
	constructor(settings, clock, answer) {
		this.#clock = clock;
		this.#answer = answer;
		this.configure(settings);
	}
	/** Takes changed settings. */
	configure({ lists }) {
		this.#primaries = lists.flatMap(({ primary }) => {
			const address = /* @__PURE__ */ new Uint8Array(16);
			return primary !== null && parseAddress(primary.server.address, address) ? [address] : [];
		});
	}
	/** Takes a NOTIFY; it is answered later, or not at all. False: its sender is no primary of ours. */
	take(message, length, origin) {
		const { address } = origin;
		if (!this.#primaries.some((primary) => Buffer.compare(primary, address) === 0)) return false;
		if (length >= 12 && length <= 1232 && this.#hasRoom()) this.#pass(message, length, origin);
		return true;
	}
	/** Whoever writes the address of a primary on what it sends may not keep the other threads busy with it. */
	#hasRoom() {
		const second = Math.floor(this.#clock.monotonicMs() / 1e3);
		if (second !== this.#second) {
			this.#second = second;
			this.#inSecond = 0;
		}
		return this.#waiting < MAX_WAITING && this.#inSecond++ < MAX_PER_SECOND;
	}
	async #pass(message, length, origin) {
		const notice = {
			bytes: new Uint8Array(message.subarray(0, length)),
			address: new Uint8Array(origin.address)
		};
		const reply = origin.later();
		let answer = null;
		this.#waiting++;
		try {
			answer = await this.#answer(notice);
		} catch {} finally {
			this.#waiting--;
		}
		reply.send(answer ?? notice.bytes, answer?.length ?? 0);
	}
};
// src/query/domain-of.ts
/** To whom a name belongs, roughly: for counting how many owners share an address. */
/** Second labels under a country's that anybody registers below: `com.vn`, `co.uk`, `go.jp`. */
const GENERIC = new Set("ac asso biz co com edu go gob gouv gov gv health id info int ltd mil muni name ne net nom or org plc pro sch tm web".split(" "));
/**
* The last two labels of a name in lower case, three under `com.vn` and the like. Without the list of public suffixes, which
* has no place in a resolver thread: where it is wrong, several owners count as one.
*/
function domainOf(name) {
	const labels = name.replace(/\.$/, "").split(".");
	const isGeneric = labels.at(-1).length === 2 && GENERIC.has(labels.at(-2) ?? "");
	return labels.slice(isGeneric ? -3 : -2).join(".");
}
// src/query/shared-addresses.ts
/** Addresses in one letter, and names that are not clean. */
const MAX_ASKED = 1e4;
const MAX_EXCEPT = 1e4;
/** A slice, and the rest after it: a tenth of the thread at most, so that no query waits long. */
const SLICE_MS = .5;
const REST_MS = 5;
/** Blocks between two looks at the clock. */
const STRIDE = 32;
var SharedAddresses = class {
	#sources;
	#running = Promise.resolve();
	constructor(sources) {
		this.#sources = sources;
	}
	/** Goes through what is kept, once at a time; others wait. Rejects with RangeError where too much is asked. */
	count(asked) {
		if (asked.addresses.length > 1e4 || asked.except.length > 1e4) return Promise.reject(/* @__PURE__ */ new RangeError(`${MAX_ASKED} addresses are the most, and ${MAX_EXCEPT} names`));
		const done = this.#running.then(() => this.#count(asked));
		this.#running = done.catch(() => {});
		return done;
	}
	async #count(asked) {
		const { cache, policy, clock, begin } = this.#sources;
		const look = new Look(asked, policy);
		for (let block = 1;;) {
			begin();
			const endMs = clock.monotonicMs() + SLICE_MS;
			do
				block = cache.walk(block, STRIDE, look.entry);
			while (block !== 0 && clock.monotonicMs() < endMs);
			if (block === 0) return {
				names: look.names,
				owners: look.owners.map(({ size }) => size)
			};
			await new Promise((resolve) => setTimeout(resolve, REST_MS));
		}
	}
};
/** One going through. */
var Look = class {
	names = 0;
	owners;
	#levels;
	#except;
	#policy;
	#message = Buffer.alloc(MAX_MESSAGE_BYTES);
	#answer = new Answer();
	#key = new NameKey();
	#verdict = new Verdict$1();
	#masked = Buffer.alloc(16);
	constructor({ addresses: asked, except }, policy) {
		this.#policy = policy;
		this.#except = new Set(except.map(domainOf));
		const sets = /* @__PURE__ */ new Map();
		const textOf = ({ address, prefixLength }) => `${prefixLength} ${Buffer.from(address).toString("latin1")}`;
		for (const one of asked) sets.set(textOf(one), sets.get(textOf(one)) ?? /* @__PURE__ */ new Set());
		this.owners = asked.map((one) => sets.get(textOf(one)));
		const levels = Map.groupBy(asked.entries(), ([, { address, prefixLength }]) => address.length * 1e3 + prefixLength);
		this.#levels = [...levels.values()].map((ones) => ({
			bytes: ones[0][1].address.length,
			prefixLength: ones[0][1].prefixLength,
			places: new Map(ones.map(([place, { address }]) => [Buffer.from(address).toString("latin1"), place]))
		}));
	}
	entry = (entry) => {
		const { qtype } = entry;
		if (qtype !== Type.A && qtype !== Type.AAAA || entry.negative || !entry.isServable) return;
		const length = entry.copyMessage(this.#message);
		const answer = this.#answer;
		if (length === -1 || !readAnswer(this.#message, length, answer) || answer.qclass !== Class.IN) return;
		this.names++;
		let owner = null;
		for (let record = 0; record < answer.answerCount; record++) {
			const size = answer.rdataLength[record];
			const type = answer.type[record];
			if (!(type === Type.A && size === 4 || type === Type.AAAA && size === 16)) continue;
			for (const level of this.#levels) {
				const place = level.bytes === size ? level.places.get(this.#mask(answer.rdata[record], level)) : void 0;
				if (place === void 0 || this.owners[place].size >= 50) continue;
				owner ??= this.#ownerOf(answer);
				if (owner === "") return;
				this.owners[place].add(owner);
			}
		}
	};
	/** The owner of the name asked for; empty: some list holds the name, or it is not to count. */
	#ownerOf({ questionEnd }) {
		const key = this.#key;
		const policy = this.#policy;
		if (readName(this.#message, 12, questionEnd, key) === -1) return "";
		hashSuffixes(key, policy.seed);
		if (policy.match(key) > 0) {
			const kind = policy.decide(false, this.#verdict);
			if (kind === VerdictKind.Block || kind === VerdictKind.Log) return "";
		}
		const owner = domainOf(nameToText(key.bytes));
		return this.#except.has(owner) ? "" : owner;
	}
	#mask(offset, { bytes, prefixLength }) {
		const masked = this.#masked;
		this.#message.copy(masked, 0, offset, offset + bytes);
		const whole = prefixLength >> 3;
		if (whole < bytes) {
			masked[whole] &= 65280 >> (prefixLength & 7);
			masked.fill(0, whole + 1, bytes);
		}
		return masked.toString("latin1", 0, bytes);
	}
};
// src/random.ts
const POOL_WORDS = 1024;
/** Cryptographic randomness, drawn 4 KB at a time because one system call a number costs more than a query. */
var SecureRandom = class {
	#pool = new Uint32Array(POOL_WORDS);
	#next = POOL_WORDS;
	bits32() {
		if (this.#next === POOL_WORDS) {
			randomFillSync(this.#pool);
			this.#next = 0;
		}
		return this.#pool[this.#next++];
	}
	below(below) {
		if ((below & below - 1) === 0) return (this.bits32() & below - 1) >>> 0;
		const limit = 4294967296 - 4294967296 % below;
		let bits = this.bits32();
		while (bits >= limit) bits = this.bits32();
		return bits % below;
	}
};
// src/service/self-name.ts
/**
* The query by which the server sees whether it answers: TXT of a name that only this process knows, in class CH, which
* is answered in front of lists, cache and upstreams. So it becomes no hit and is asked nowhere else.
*
*   <token>.self.thanhloc.invalid
*/
/** The query in wire form, without OPT. `token`: see SharedState.loopToken. */
function selfQuery(token) {
	const query = /* @__PURE__ */ new Uint8Array(272);
	const view = new DataView(query.buffer);
	view.setUint16(4, 1);
	const end = 12 + textToName(`${token}.self.thanhloc.invalid`, query.subarray(12));
	view.setUint16(end, Type.TXT);
	view.setUint16(end + 2, Class.CH);
	return query.slice(0, end + 4);
}
/** Whether the `length` octets of `request` are `query`, under any id. Cheap for every other query. */
function isSelfQuery(query, request, length) {
	if (length !== query.length || request[length - 1] !== Class.CH) return false;
	for (let at = 2; at < length; at++) if (request[at] !== query[at]) return false;
	return true;
}
// src/thread/collect.ts
/**
* One collection on demand. What a thread needed for its start is garbage once it runs: a third of its heap, and V8
* would come to it when the heap has grown to a multiple, which in a thread that mostly waits is never. `bin/thanhloc`
* makes the call available; in a process started otherwise nothing happens.
*/
function collectGarbage() {
	globalThis.gc?.({
		execution: "sync",
		flavor: "last-resort",
		type: "major"
	});
}
// src/thread/control-words.ts
/**
* A few shared words: which policy snapshot is in force, who has changed over to it, who is alive, and until when
* blocking is paused.
*
*   word 0            snapshot generation   0: none yet; generation g lives in slot g & 1
*   word 1            overlay generation    the same for the overlay
*   word 2, 3         paused until          64-bit float, milliseconds since 1970; 0: not paused
*   word 4 + 4 i      resolver i: acknowledged snapshot generation, -1 when it reads none
*   word 5 + 4 i                  acknowledged overlay generation
*   word 6 + 4 i                  heartbeat, moves at least once a second
*   word 7 + 4 i                  1 while it answers
*/
const WORDS = 260;
const PAUSED_UNTIL_BYTE = 8;
const NOT_READING = -1;
/** The two things that are swapped by generation. */
const Swapped = {
	snapshot: 0,
	overlay: 1
};
var ControlWords = class {
	#words;
	#pausedUntil;
	#workers;
	constructor(memory, workers) {
		this.#words = new Int32Array(memory, 0, WORDS);
		this.#pausedUntil = new Float64Array(memory, PAUSED_UNTIL_BYTE, 1);
		this.#workers = workers;
	}
	/** The generation in force; 0 before the first. */
	generation(what) {
		return Atomics.load(this.#words, what);
	}
	/**
	* Whether there is another generation than `seen`, for a look at every query: a plain read, which costs a tenth of an
	* atomic one. Whoever hears yes asks `generation`, and by that sees what its slot holds.
	*/
	hasMoved(what, seen) {
		return this.#words[what] !== seen;
	}
	/** Puts the next generation in force; its slot must be ready, `allRead` true before it was written. */
	publish(what) {
		return Atomics.add(this.#words, what, 1) + 1;
	}
	/** A resolver thread says it reads `generation` and nothing older any more. */
	acknowledge(worker, what, generation) {
		Atomics.store(this.#words, 4 + 4 * worker + what, generation);
	}
	acknowledged(worker, what) {
		return Atomics.load(this.#words, 4 + 4 * worker + what);
	}
	/** Main says a resolver thread is gone: it reads nothing, answers nothing. */
	forget(worker) {
		this.acknowledge(worker, Swapped.snapshot, NOT_READING);
		this.acknowledge(worker, Swapped.overlay, NOT_READING);
		Atomics.store(this.#words, 7 + 4 * worker, 0);
	}
	/** True when no thread reads an older generation: the other slot may be written. */
	allRead(what) {
		const current = this.generation(what);
		for (let worker = 0; worker < this.#workers; worker++) {
			const seen = this.acknowledged(worker, what);
			if (seen !== NOT_READING && seen !== current) return false;
		}
		return true;
	}
	beat(worker) {
		Atomics.add(this.#words, 6 + 4 * worker, 1);
	}
	heartbeat(worker) {
		return Atomics.load(this.#words, 6 + 4 * worker);
	}
	setAnswering(worker) {
		Atomics.store(this.#words, 7 + 4 * worker, 1);
	}
	isAnswering(worker) {
		return Atomics.load(this.#words, 7 + 4 * worker) === 1;
	}
	get pausedUntilMs() {
		return this.#pausedUntil[0];
	}
	set pausedUntilMs(wallMs) {
		this.#pausedUntil[0] = wallMs;
	}
};
// src/thread/hit-layout.ts
/**
* The memory of a hit table, drawn once for its two ends (hit-table.ts writes, hit-drain.ts reads).
*
*   header   32-bit words: active half | turn | sequence | run | pairs of half 0, 1 | folds of half 0, 1
*            64-bit floats from byte 32: hits folded | hits lost
*   half 0   65,536 hash slots (high bits of the hash, entry number + 1 in the low 15), 26,624 entries of 896 bytes
*   half 1   the same
*
* Entries are taken in order, pairs from 0, folds behind them; a half is emptied by zeroing its slots and counts.
*/
/** What `action` of a hit counts; the same order wherever actions are numbers. */
const HIT_ACTIONS = [
	"sinkhole",
	"nxdomain",
	"nodata",
	"refused",
	"drop",
	"log",
	"tcp-only"
];
/** What `indicatorKind` counts. An address stands as [0xF4|0xF6, prefix length, 4|16 bytes]. */
const INDICATOR_KINDS = [
	"exact",
	"subtree",
	"below",
	"address"
];
/** What `trigger` counts. */
const TRIGGERS = [
	"qname",
	"alias",
	"address",
	"client"
];
/** Pairs of client and indicator a half holds; what comes beyond is counted per indicator, its client unknown. */
const HIT_PAIRS = 24576;
const HEADER_BYTES$1 = 64;
const SLOTS$1 = 65536;
const ENTRY_MASK = 32767;
const SLOT_BYTES = SLOTS$1 * 4;
const HALF_BYTES = 24117248;
/** Where entry `entry` of `half` begins. */
function entryByte(half, entry) {
	return HEADER_BYTES$1 + half * HALF_BYTES + SLOT_BYTES + entry * 896;
}
/** Where the slots of `half` begin, in 32-bit words. */
function slotWord(half) {
	return HEADER_BYTES$1 + half * HALF_BYTES >> 2;
}
/**
* A random number, not 0, drawn once in the life of the memory: tells this process's sequences from those of an
* earlier one, and seeds the hash so that no client can choose addresses that collide.
*/
function runOf(words) {
	if (Atomics.load(words, 3) === 0) Atomics.compareExchange(words, 3, 0, new SecureRandom().bits32() | 1);
	return Atomics.load(words, 3);
}
/** Ends the write a dead thread was in, so that the drainer does not wait for it. Only when its thread is gone. */
function releaseHitTable(memory) {
	const words = new Int32Array(memory, 0, HEADER_BYTES$1 / 4);
	if (Atomics.load(words, 1) & 1) Atomics.add(words, 1, 1);
}
// src/thread/hit-table.ts
/**
* Hits on their way from one resolver thread to the store: a table in shared memory, merged per client × indicator
* × deciding list while they wait. The thread alone writes, the store thread alone reads; neither waits for the
* other, and either may die at any instruction.
*
* Two halves: one is active, the other sealed or empty. The writer makes `turn` odd, reads which half is active,
* writes there, makes `turn` even: for each hit, or once for a batch of them. The drainer counts the sequence up, makes
* the other half active, waits until the turn that may still be writing has ended, reads, commits together with the
* sequence, and only then empties the half. A half found full by the next store thread is told by its sequence:
* committed (empty it) or not (commit it).
*/
const LOG = HIT_ACTIONS.indexOf("log");
const ADDRESS = INDICATOR_KINDS.indexOf("address");
const QNAME = TRIGGERS.indexOf("qname");
const NOBODY = /* @__PURE__ */ new Uint8Array(16);
const MAX_NAME = 255;
/** The writing end: one a resolver thread. */
var HitWriter = class {
	#words;
	#floats;
	#shorts;
	#bytes;
	#seed;
	#turn;
	/** The half this turn writes to; -1: no turn. */
	#half = -1;
	#isHeld = false;
	/** A table is taken over as the thread before left it; the half-done write it may have died in is unreachable. */
	constructor(memory) {
		releaseHitTable(memory);
		this.#words = new Int32Array(memory);
		this.#floats = new Float64Array(memory);
		this.#shorts = new Uint16Array(memory);
		this.#bytes = new Uint8Array(memory);
		this.#seed = runOf(this.#words);
		this.#turn = Atomics.load(this.#words, 1);
	}
	/** Hits since the process started whose client is unknown because a half was full of pairs. */
	get folded() {
		return this.#floats[4];
	}
	/** Hits since the process started that found no room at all. */
	get lost() {
		return this.#floats[5];
	}
	/**
	* Counts one hit. Allocates nothing, never waits, never throws. `client`: 16 bytes; `indicator`: in whole words from
	* `indicatorWord` on, as policy snapshots hold it and zero behind its end, a lower-case wire name without the root's
	* zero byte, or an address as above; `indicatorLength` in bytes; `qname`: lower-case wire form; `lists`: numbers of the
	* lists that hold the indicator, the deciding one first; `wallMs`: since 1970.
	*/
	record(client, indicator, indicatorWord, indicatorLength, indicatorKind, trigger, action, qtype, qname, qnameLength, lists, listCount, wallMs) {
		if (this.#half === -1) this.#beginTurn();
		const half = this.#half;
		const deciding = listCount > 0 ? lists[0] : 0;
		const length = indicatorLength > MAX_NAME ? MAX_NAME : indicatorLength;
		let entry = this.#place(half, client, indicator, indicatorWord, length, indicatorKind, deciding, 4);
		if (entry < 0) {
			entry = this.#place(half, NOBODY, indicator, indicatorWord, length, indicatorKind, deciding, 6);
			this.#floats[entry < 0 ? 5 : 4] += 1;
		}
		if (entry >= 0) {
			const isOwn = trigger === QNAME && indicatorKind !== ADDRESS && qnameLength === length + 1;
			const at = entryByte(half, entry);
			this.#count(at, trigger, action, qtype, qname, isOwn ? 0 : qnameLength, lists, listCount, wallMs);
		}
		if (!this.#isHeld) this.#endTurn();
	}
	/**
	* From here to `release` all hits are of one turn: its atomic operations cost as much as the rest of a hit
	* (benchmark: compare.py block). For a batch of queries, which takes about a tenth of a millisecond.
	*/
	hold = () => {
		this.#isHeld = true;
	};
	/** Ends what `hold` began. */
	release = () => {
		this.#isHeld = false;
		if (this.#half !== -1) this.#endTurn();
	};
	#beginTurn() {
		this.#turn = this.#turn + 1 | 1;
		Atomics.store(this.#words, 1, this.#turn);
		this.#half = Atomics.load(this.#words, 0);
	}
	#endTurn() {
		this.#half = -1;
		this.#turn = this.#turn + 1 | 0;
		Atomics.store(this.#words, 1, this.#turn);
	}
	/** The entry of a pair, made where there is none yet; -1: no room. */
	#place(half, client, indicator, start, length, kind, deciding, region) {
		const words = this.#words;
		const bytes = this.#bytes;
		const who = viewOf(client);
		const client0 = who.getInt32(0, true);
		const client1 = who.getInt32(4, true);
		const client2 = who.getInt32(8, true);
		const client3 = who.getInt32(12, true);
		let hash = this.#seed ^ kind << 16 ^ deciding;
		hash = mixed(mixed(mixed(mixed(hash, client0), client1), client2), client3);
		const size = length + 3 >> 2;
		for (let word = 0; word < size; word++) hash = mixed(hash, indicator[start + word]);
		hash = Math.imul(hash ^ hash >>> 16, 2246822507);
		hash = Math.imul(hash ^ hash >>> 13, 3266489909);
		hash ^= hash >>> 16;
		const slots = slotWord(half);
		const tag = hash & -32768;
		let slot = (hash ^ hash >>> 17) & 65535;
		for (; words[slots + slot] !== 0; slot = slot + 1 & 65535) {
			const word = words[slots + slot];
			if ((word & -32768) !== tag) continue;
			const entry = (word & ENTRY_MASK) - 1;
			const at = entryByte(half, entry);
			const clientAt = at + 72 >> 2;
			if (words[clientAt] === client0 && words[clientAt + 1] === client1 && words[clientAt + 2] === client2 && words[clientAt + 3] === client3 && this.#isIndicator(at, indicator, start, length, kind, deciding)) return entry;
		}
		const used = words[region + half];
		if (used >= (region === 4 ? 24576 : 2048)) return -1;
		const entry = region === 4 ? used : HIT_PAIRS + used;
		const at = entryByte(half, entry);
		this.#floats.fill(0, at >> 3, (at >> 3) + 4);
		const clientAt = at + 72 >> 2;
		words[clientAt] = client0;
		words[clientAt + 1] = client1;
		words[clientAt + 2] = client2;
		words[clientAt + 3] = client3;
		for (let word = 0; word < size; word++) words[(at + 92 >> 2) + word] = indicator[start + word];
		bytes[at + 91] = length;
		bytes[at + 90] = kind;
		bytes[at + 34] = 0;
		bytes[at + 35] = 0;
		this.#shorts[at + 88 >> 1] = deciding;
		words[region + half] = used + 1;
		words[slots + slot] = tag | entry + 1;
		return entry;
	}
	#isIndicator(at, indicator, start, length, kind, deciding) {
		const bytes = this.#bytes;
		if (bytes[at + 91] !== length || bytes[at + 90] !== kind) return false;
		if (this.#shorts[at + 88 >> 1] !== deciding) return false;
		const own = at + 92 >> 2;
		for (let word = 0; word < length + 3 >> 2; word++) if (this.#words[own + word] !== indicator[start + word]) return false;
		return true;
	}
	/** Counts a hit in the entry at byte `at`. `qnameLength` 0: the name is the indicator. */
	#count(at, trigger, action, qtype, qname, qnameLength, lists, listCount, wallMs) {
		const bytes = this.#bytes;
		const floats = this.#floats;
		const float = at >> 3;
		const isNew = floats[float] === 0 && floats[float + 1] === 0;
		if (isNew || wallMs < floats[float + 2]) {
			floats[float + 2] = wallMs;
			bytes[at + 37] = this.#copyName(qname, qnameLength, at + 352);
		}
		if (isNew || wallMs >= floats[float + 3]) {
			floats[float + 3] = wallMs;
			bytes[at + 38] = this.#copyName(qname, qnameLength, at + 608);
			this.#shorts[at + 32 >> 1] = qtype;
			bytes[at + 36] = action;
			const count = listCount > 16 ? 16 : listCount;
			for (let i = 0; i < count; i++) this.#shorts[(at + 40 >> 1) + i] = lists[i];
			bytes[at + 35] = count;
		}
		bytes[at + 34] |= 1 << trigger;
		floats[float + (action === LOG ? 1 : 0)] += 1;
	}
	#copyName(name, nameLength, to) {
		const length = nameLength > MAX_NAME ? MAX_NAME : nameLength;
		for (let i = 0; i < length; i++) this.#bytes[to + i] = name[i];
		return length;
	}
};
function mixed(hash, word) {
	const product = Math.imul(hash ^ word, 2654435761);
	return product ^ product >>> 15;
}
// src/thread/log-ring.ts
/**
* Log lines on their way from one thread to standard output. The thread alone writes, the control thread (after it,
* main) alone reads; neither ever waits for the other. When nobody reads, new lines are dropped and counted.
*
*   word 0   tail: where the next unread byte is      moved by the reader
*   word 1   head: where the next byte will go        moved by the writer, after the whole line stands in place
*   word 2   lines dropped
*   byte 64  the ring: lines of UTF-8, each ending in a line feed, running over the end to the start
*
* A writer that dies inside a line leaves nothing: its bytes lie beyond the head. A reader that dies inside a line
* leaves the tail there, and whoever reads next sees by the byte before it that the line has begun.
*/
const HEADER_BYTES = 64;
const TAIL = 0;
const HEAD = 1;
const DROPPED = 2;
const LINE_FEED = 10;
/** A longer line is dropped: one line must not push out all others. */
const MAX_LINE_BYTES = 65536;
/** The views both sides have of one ring. One byte always stays free: full and empty must differ. */
var RingMemory = class {
	words;
	bytes;
	capacity;
	constructor(memory) {
		this.words = new Int32Array(memory, 0, HEADER_BYTES / 4);
		this.bytes = Buffer.from(memory, HEADER_BYTES);
		this.capacity = memory.byteLength - HEADER_BYTES;
	}
	used(head, tail) {
		return head >= tail ? head - tail : this.capacity - tail + head;
	}
};
/** The writing end; one a ring. */
var LogRingWriter = class {
	#ring;
	/** Takes a line that runs over the end of the ring, so that no character is split by the encoder. */
	#scratch = Buffer.allocUnsafe(MAX_LINE_BYTES);
	constructor(memory) {
		this.#ring = new RingMemory(memory);
	}
	/** Appends `line`, with a line feed where it has none. False: no room or too long; dropped and counted. */
	write(line) {
		const { words, bytes, capacity } = this.#ring;
		const ended = line.endsWith("\n");
		const textBytes = Buffer.byteLength(line);
		const length = ended ? textBytes : textBytes + 1;
		const head = Atomics.load(words, HEAD);
		const free = capacity - 1 - this.#ring.used(head, Atomics.load(words, TAIL));
		if (length > 65536 || length > free) {
			Atomics.add(words, DROPPED, 1);
			return false;
		}
		if (head + length <= capacity) {
			bytes.write(line, head);
			if (!ended) bytes[head + textBytes] = LINE_FEED;
		} else {
			this.#scratch.write(line);
			if (!ended) this.#scratch[textBytes] = LINE_FEED;
			this.#scratch.copy(bytes, head, 0, capacity - head);
			this.#scratch.copy(bytes, 0, capacity - head, length);
		}
		Atomics.store(words, HEAD, (head + length) % capacity);
		return true;
	}
};
// src/thread/mail.ts
/**
* Messages between threads. Every thread has one port, to main; main passes messages on and looks into none, so that
* any thread can die and come back without the others having to reconnect. Off the query path.
*/
/** A request that was not answered: the thread is being restarted, took too long, or failed. */
var MailError = class extends Error {
	code = "THANHLOC_MAIL";
};
var Mailbox = class {
	#port;
	#self;
	#handlers = /* @__PURE__ */ new Map();
	#open = /* @__PURE__ */ new Map();
	/** Not from 1: answers to what the thread before this one asked may still come, and mean nothing here. */
	#nextId = new SecureRandom().bits32();
	constructor(port, self) {
		this.#port = port;
		this.#self = self;
		port.on("message", (letter) => this.#receive(letter));
	}
	/** Sends `body` and resolves with what the other thread's handler returns. Rejects with MailError. */
	request(to, type, body = null, timeoutMs = 5e3) {
		const id = this.#nextId++;
		return new Promise((settle, fail) => {
			const timer = setTimeout(() => {
				this.#open.delete(id);
				fail(new MailError(`${to} did not answer ${type} within ${timeoutMs} ms`));
			}, timeoutMs);
			this.#open.set(id, {
				settle,
				fail,
				timer
			});
			this.#port.postMessage({
				kind: "request",
				from: this.#self,
				to,
				id,
				type,
				body
			});
		});
	}
	/** Sends `body` and expects no answer. */
	tell(to, type, body = null) {
		this.#port.postMessage({
			kind: "tell",
			from: this.#self,
			to,
			id: 0,
			type,
			body
		});
	}
	/** Handles letters of `type`; what it returns (or its promise) is the answer to a request. */
	on(type, handler) {
		this.#handlers.set(type, handler);
	}
	#receive(letter) {
		if (letter.kind === "reply") {
			const open = this.#open.get(letter.id);
			if (!open) return;
			this.#open.delete(letter.id);
			clearTimeout(open.timer);
			if (letter.error === void 0) open.settle(letter.body);
			else open.fail(new MailError(letter.error));
			return;
		}
		const handler = this.#handlers.get(letter.type);
		if (letter.kind === "tell") {
			handler?.(letter.body, letter.from);
			return;
		}
		this.#answer(letter, handler);
	}
	async #answer(letter, handler) {
		const reply = {
			kind: "reply",
			from: this.#self,
			to: letter.from,
			id: letter.id,
			type: letter.type
		};
		try {
			if (!handler) throw new MailError(`${this.#self} has no handler for ${letter.type}`);
			this.#port.postMessage({
				...reply,
				body: await handler(letter.body, letter.from)
			});
		} catch (error) {
			this.#port.postMessage({
				...reply,
				body: null,
				error: error instanceof Error ? error.message : String(error)
			});
		}
	}
};
// src/net/framing.ts
/**
* DNS over a stream: each message behind its length in two octets (RFC 1035 §4.2.2, RFC 7766 §8). Takes the chunks as
* they come, hands out whole messages, and never holds more than one unfinished message.
*/
const LENGTH_BYTES = 2;
var FrameReader = class {
	#onMessage;
	/** The first length octet, when only that has come; otherwise -1. */
	#firstOctet = -1;
	/** The unfinished message, at its full length, and how much of it has come. */
	#message = null;
	#filled = 0;
	/** `onMessage` gets each message, valid during the call only. */
	constructor(onMessage) {
		this.#onMessage = onMessage;
	}
	/** True while a message has begun and not ended. */
	get isInside() {
		return this.#firstOctet >= 0 || this.#message !== null;
	}
	/** Takes what arrived. Each octet is copied at most once, however small the chunks. */
	push(chunk) {
		let at = 0;
		while (at < chunk.length) if (this.#message) at = this.#fill(this.#message, chunk, at);
		else if (this.#firstOctet < 0) this.#firstOctet = chunk[at++];
		else {
			const length = this.#firstOctet << 8 | chunk[at++];
			this.#firstOctet = -1;
			if (chunk.length - at >= length) {
				this.#onMessage(chunk.subarray(at, at + length), length);
				at += length;
			} else {
				this.#message = new Uint8Array(length);
				this.#filled = 0;
			}
		}
	}
	#fill(message, chunk, from) {
		const taken = Math.min(message.length - this.#filled, chunk.length - from);
		message.set(chunk.subarray(from, from + taken), this.#filled);
		this.#filled += taken;
		if (this.#filled === message.length) {
			this.#message = null;
			this.#onMessage(message, message.length);
		}
		return from + taken;
	}
};
/** `bytes[0..length)` with its length before it, as one buffer, so that it leaves in one segment (RFC 7766 §8). */
function frame(bytes, length) {
	const framed = new Uint8Array(LENGTH_BYTES + length);
	framed[0] = length >> 8;
	framed[1] = length & 255;
	framed.set(bytes.subarray(0, length), LENGTH_BYTES);
	return framed;
}
// src/transport/tcp-connection.ts
/** Queries of one connection under way; more are not read until some are answered. */
const MAX_PENDING$1 = 200;
/** Answers waiting for a client that does not read; beyond that it is cut off. */
const MAX_UNSENT_BYTES = 1 << 20;
/** Time for a client to take its last answers before the connection is cut. */
const LINGER_MS = 2e3;
var TcpConnection = class {
	transport = 1;
	maxBytes = MAX_MESSAGE_BYTES;
	address = /* @__PURE__ */ new Uint8Array(16);
	client;
	lastQueryMs;
	#socket;
	#clock;
	#pending = 0;
	#hasEnded = false;
	constructor(socket, client, question, out, clock, onClose) {
		this.#socket = socket;
		this.client = client;
		this.#clock = clock;
		this.lastQueryMs = clock.monotonicMs();
		parseAddress(client, this.address);
		const reader = new FrameReader((bytes, length) => {
			if (socket.writableEnded || socket.destroyed) return;
			this.lastQueryMs = clock.monotonicMs();
			const answerLength = question(bytes, length, this, out);
			if (answerLength > 0) this.#write(out, answerLength);
		});
		socket.on("data", (chunk) => reader.push(chunk));
		socket.on("end", () => {
			this.#hasEnded = true;
			this.#endWhenDone();
		});
		socket.on("error", () => socket.destroy());
		socket.on("close", onClose);
	}
	/** No query under way. */
	get isIdle() {
		return this.#pending === 0;
	}
	later() {
		this.#pending++;
		if (this.#pending >= MAX_PENDING$1) this.#socket.pause();
		let isOpen = true;
		return {
			address: this.address,
			send: (bytes, length) => {
				if (!isOpen) return;
				isOpen = false;
				this.#pending--;
				this.lastQueryMs = this.#clock.monotonicMs();
				if (length > 0) this.#write(bytes, length);
				if (this.#socket.isPaused() && this.#pending < MAX_PENDING$1) this.#socket.resume();
				this.#endWhenDone();
			}
		};
	}
	/** Closes once what was written has been taken, and cuts a client that does not take it. */
	end() {
		this.#socket.end();
		setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
	}
	destroy() {
		this.#socket.destroy();
	}
	#write(bytes, length) {
		if (this.#socket.destroyed || this.#socket.writableEnded) return;
		this.#socket.write(frame(bytes, length));
		if (this.#socket.writableLength > MAX_UNSENT_BYTES) this.#socket.destroy();
	}
	#endWhenDone() {
		if (this.#hasEnded && this.#pending === 0 && !this.#socket.writableEnded) this.end();
	}
};
// src/transport/tcp.ts
/**
* DNS over TCP (RFC 7766, RFC 9210): queries pipelined, answers as they come, idle connections closed, and bounds on
* connections in all and per client, on queries under way and on answers not yet taken.
*/
const SWEEP_MS$1 = 1e3;
var TcpTransport = class {
	#question;
	#bypass;
	#counters;
	#clock;
	#servers = /* @__PURE__ */ new Map();
	/** Oldest first. */
	#connections = /* @__PURE__ */ new Set();
	#perClient = /* @__PURE__ */ new Map();
	#out = new Uint8Array(MAX_MESSAGE_BYTES);
	#stopSweeping;
	#limits;
	/** `bypass` takes the questions of sockets that are marked so. */
	constructor(question, bypass, limits, counters, clock) {
		this.#question = question;
		this.#bypass = bypass;
		this.#limits = limits;
		this.#counters = counters;
		this.#clock = clock;
		this.#stopSweeping = clock.every(SWEEP_MS$1, () => this.#closeIdle());
	}
	/** Answers on `source` from now on. Rejects when the socket cannot be used. */
	add(source) {
		const question = source.isBypass === true ? this.#bypass : this.#question;
		const server = createServer({
			allowHalfOpen: true,
			noDelay: true
		}, (socket) => {
			const client = socket.remoteAddress;
			if (client === void 0) return void socket.destroy();
			if (!this.#admit(client)) {
				this.#counters.add("tcpRefused");
				socket.destroy();
				return;
			}
			const connection = new TcpConnection(socket, client, question, this.#out, this.#clock, () => this.#forget(connection));
			this.#connections.add(connection);
			this.#perClient.set(client, (this.#perClient.get(client) ?? 0) + 1);
			this.#counters.set("tcpConnections", this.#connections.size);
		});
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			const listening = () => {
				server.off("error", reject);
				server.on("error", () => this.#counters.add("tcpRefused"));
				this.#servers.get(keyOf$1(source))?.close();
				this.#servers.set(keyOf$1(source), server);
				resolve();
			};
			if (source.fd >= 0) server.listen({ fd: source.fd }, listening);
			else {
				const ipv6Only = source.address.includes(":");
				server.listen({
					host: source.address,
					port: source.port,
					ipv6Only,
					reusePort: true
				}, listening);
			}
		});
	}
	/** Stops answering on an address the machine has lost. */
	remove(source) {
		this.#servers.get(keyOf$1(source))?.close();
		this.#servers.delete(keyOf$1(source));
	}
	/** New limits; connections there are stay. */
	setLimits(limits) {
		this.#limits = limits;
	}
	/** Accepts nothing more. Connections there are get their answers, then `close` ends them. */
	stopAccepting() {
		for (const server of this.#servers.values()) server.close();
		this.#servers.clear();
	}
	close() {
		this.stopAccepting();
		this.#stopSweeping();
		for (const connection of [...this.#connections]) connection.end();
	}
	/** RFC 9210 §4.2-4.3: at the bound the oldest idle connection makes room; a client at its own bound is refused. */
	#admit(client) {
		if ((this.#perClient.get(client) ?? 0) >= this.#limits.perClient) return false;
		if (this.#connections.size < this.#limits.total) return true;
		for (const connection of this.#connections) if (connection.isIdle) {
			connection.destroy();
			this.#forget(connection);
			return true;
		}
		return false;
	}
	#forget(connection) {
		if (!this.#connections.delete(connection)) return;
		const left = (this.#perClient.get(connection.client) ?? 1) - 1;
		if (left > 0) this.#perClient.set(connection.client, left);
		else this.#perClient.delete(connection.client);
		this.#counters.set("tcpConnections", this.#connections.size);
	}
	#closeIdle() {
		const before = this.#clock.monotonicMs() - this.#limits.idleMs;
		for (const connection of this.#connections) if (connection.isIdle && connection.lastQueryMs < before) connection.end();
	}
};
function keyOf$1({ address, port }) {
	return `${address} ${port}`;
}
// src/transport/udp.ts
/** Replies sent that are kept to be used again: as many as waiters. */
const REPLIES_KEPT = 4096;
/** The origin of the datagram at hand, reused. */
var UdpOrigin = class {
	transport = 0;
	maxBytes = MAX_UDP_PAYLOAD;
	peer;
	socket;
	#clock;
	#sent = new RestingPool(REPLIES_KEPT);
	constructor(clock) {
		this.#clock = clock;
	}
	get address() {
		return this.peer.address;
	}
	later() {
		const reply = this.#sent.take(this.#clock.monotonicMs()) ?? new UdpReply(this);
		reply.aim(this.socket, this.peer);
		return reply;
	}
	/** `reply` has been sent. */
	give(reply) {
		this.#sent.give(reply, this.#clock.monotonicMs());
	}
};
/** Where one answer goes: a copy of the peer, because the answer comes when the peer at hand is another. */
var UdpReply = class {
	address = new Octets(16);
	port = 0;
	text = "";
	scope = 0;
	local = null;
	localScope = 0;
	#local = new Octets(16);
	#origin;
	#socket;
	constructor(origin) {
		this.#origin = origin;
	}
	aim(socket, peer) {
		this.#socket = socket;
		this.port = peer.port;
		this.text = peer.text;
		this.scope = peer.scope;
		copyOctets(peer.address, 0, this.address, 0, 16);
		this.local = peer.local && this.#local;
		if (peer.local === null) return;
		this.localScope = peer.localScope;
		copyOctets(peer.local, 0, this.#local, 0, 16);
	}
	send(bytes, length) {
		if (length > 0) this.#socket.send(bytes, length, this);
		this.#origin.give(this);
	}
};
var UdpTransport = class {
	#datagrams;
	#question;
	#bypass;
	#counters;
	#sockets = /* @__PURE__ */ new Map();
	#origin;
	/** `bypass` takes the questions of sockets that are marked so. */
	constructor(datagrams, question, bypass, counters, clock) {
		this.#origin = new UdpOrigin(clock);
		this.#datagrams = datagrams;
		this.#question = question;
		this.#bypass = bypass;
		this.#counters = counters;
	}
	/** Answers on `source` from now on. Rejects when the socket cannot be used. */
	async add(source) {
		const drops = source.fd < 0 ? 0 : receiveDrops(source.fd);
		const question = source.isBypass === true ? this.#bypass : this.#question;
		const socket = await this.#datagrams.listen(source, (bytes, length, peer, from, out) => {
			this.#origin.peer = peer;
			this.#origin.socket = from;
			return question(bytes, length, this.#origin, out);
		});
		this.remove(source);
		this.#sockets.set(keyOf(source), {
			socket,
			fd: source.fd,
			drops
		});
	}
	/** Stops answering on an address the machine has lost. */
	remove(source) {
		this.#sockets.get(keyOf(source))?.socket.close();
		this.#sockets.delete(keyOf(source));
	}
	/** Counts what the kernel has dropped since the last call; to be called about once a second. */
	countDrops() {
		for (const listening of this.#sockets.values()) {
			if (listening.fd < 0) continue;
			const drops = receiveDrops(listening.fd);
			this.#counters.add("udpReceiveDrops", drops - listening.drops >>> 0);
			listening.drops = drops;
		}
	}
	close() {
		for (const { socket } of this.#sockets.values()) socket.close();
		this.#sockets.clear();
	}
};
function keyOf({ address, port }) {
	return `${address} ${port}`;
}
// src/upstream/flights.ts
/** Bits of a flight. */
const Flight = {
	/** It went with EDNS. */
	Edns: 1,
	/** Its question was in 0x20 case. */
	MixedCase: 2,
	/** Nobody waits for it alone: it measures. */
	Probe: 4
};
/** Longer than a question lives: what is still out then was lost. */
const FLIGHT_MS = 11e3;
var FlightTable = class {
	#capacity;
	#mask;
	#index;
	socket;
	pending;
	id;
	/** Place of the upstream among the question's candidates. */
	place;
	flags;
	sentMs;
	sibling;
	#number;
	#newer;
	#older;
	#newest = -1;
	#oldest = -1;
	/** Chain of free entries, by `sibling`. */
	#free = 0;
	#size = 0;
	/** At most `capacity` are kept: one more takes the place of the oldest. */
	constructor(capacity) {
		this.#capacity = capacity;
		let slots = 2;
		while (slots < capacity * 2) slots *= 2;
		this.#mask = slots - 1;
		this.#index = new Int32Array(slots);
		this.socket = Array.from({ length: capacity }, () => null);
		this.pending = Array.from({ length: capacity }, () => null);
		this.id = new Uint16Array(capacity);
		this.place = new Uint8Array(capacity);
		this.flags = new Uint8Array(capacity);
		this.sentMs = new Float64Array(capacity);
		this.sibling = new Int32Array(capacity);
		for (let i = 0; i < capacity; i++) this.sibling[i] = i + 1 < capacity ? i + 1 : -1;
		this.#number = new Int32Array(capacity);
		this.#newer = new Int32Array(capacity);
		this.#older = new Int32Array(capacity);
	}
	get size() {
		return this.#size;
	}
	/** The oldest flight, or -1. */
	get oldest() {
		return this.#oldest;
	}
	/** The flight that left `socketNumber` with `id`, or -1. */
	find(socketNumber, id) {
		for (let slot = this.#slot(socketNumber, id);; slot = slot + 1 & this.#mask) {
			const entry = this.#index[slot] - 1;
			if (entry < 0 || this.#number[entry] === socketNumber && this.id[entry] === id) return entry;
		}
	}
	/** Notes a flight; the pair of socket and id must be free. Null where all are taken: remove the oldest first. */
	add(socket, id, place, flags, sentMs, pending) {
		const entry = this.#free;
		if (entry < 0) return -1;
		this.#free = this.sibling[entry];
		this.#size++;
		this.socket[entry] = socket;
		this.pending[entry] = pending;
		this.id[entry] = id;
		this.place[entry] = place;
		this.flags[entry] = flags;
		this.sentMs[entry] = sentMs;
		this.sibling[entry] = -1;
		this.#number[entry] = socket.number;
		this.#older[entry] = this.#newest;
		this.#newer[entry] = -1;
		if (this.#newest >= 0) this.#newer[this.#newest] = entry;
		else this.#oldest = entry;
		this.#newest = entry;
		let slot = this.#slot(socket.number, id);
		while (this.#index[slot] !== 0) slot = slot + 1 & this.#mask;
		this.#index[slot] = entry + 1;
		return entry;
	}
	remove(entry) {
		this.#unindex(entry);
		const newer = this.#newer[entry];
		const older = this.#older[entry];
		if (newer >= 0) this.#older[newer] = older;
		else this.#newest = older;
		if (older >= 0) this.#newer[older] = newer;
		else this.#oldest = newer;
		this.socket[entry] = null;
		this.pending[entry] = null;
		this.sibling[entry] = this.#free;
		this.#free = entry;
		this.#size--;
	}
	/** The flights that left by `socket`, the oldest first. Costs a walk over all: for errors only. */
	of(socket) {
		const found = [];
		for (let entry = this.#oldest; entry >= 0; entry = this.#newer[entry]) if (this.socket[entry] === socket) found.push(entry);
		return found;
	}
	get isFull() {
		return this.#size === this.#capacity;
	}
	#slot(socketNumber, id) {
		const hash = Math.imul(socketNumber ^ id << 15, 2654435761);
		return (hash ^ hash >>> 15 ^ id) & this.#mask;
	}
	/** Knuth 6.4 R: what stands behind a freed slot moves up unless it would come before its own place. */
	#unindex(entry) {
		const index = this.#index;
		const mask = this.#mask;
		let hole = this.#slot(this.#number[entry], this.id[entry]);
		while (index[hole] !== entry + 1) hole = hole + 1 & mask;
		for (let slot = hole + 1 & mask; index[slot] !== 0; slot = slot + 1 & mask) {
			const other = index[slot] - 1;
			const home = this.#slot(this.#number[other], this.id[other]);
			if ((slot - home & mask) >= (slot - hole & mask)) {
				index[hole] = other + 1;
				hole = slot;
			}
		}
		index[hole] = 0;
	}
};
// src/upstream/reply.ts
/**
* Is this datagram the answer to what was asked? The source is the kernel's to check (connected sockets) and the id
* the flight table's; here are the header and the question, byte for byte, the case of every letter included
* (draft-vixie-dnsext-dns0x20).
*/
const Verdict = {
	/** The answer. */
	Good: 0,
	/** No response to a standard query. */
	NoReply: 1,
	/** Another question. */
	OtherQuestion: 2,
	/** The question, spelled otherwise. */
	OtherCase: 3,
	/** Header alone: how some servers refuse what they cannot read. */
	NoQuestion: 4
};
const OPCODE = 30720;
/** Octets of a question behind its name. */
const TYPE_AND_CLASS = 4;
/** Compares with the question (name, type, class) of `questionLength` bytes at `asked[askedAt]`. */
function judgeReply(bytes, length, asked, askedAt, questionLength) {
	if (length < 12) return Verdict.NoReply;
	const flags = bytes[2] << 8 | bytes[3];
	if ((flags & Flag.QR) === 0 || (flags & OPCODE) !== 0) return Verdict.NoReply;
	const questions = bytes[4] << 8 | bytes[5];
	if (questions === 0) return length === 12 || hasNoRecords(bytes) ? Verdict.NoQuestion : Verdict.OtherQuestion;
	if (questions !== 1 || length < 12 + questionLength) return Verdict.OtherQuestion;
	if (sameOctets(bytes, 12, asked, askedAt, questionLength)) return Verdict.Good;
	const nameLength = questionLength - TYPE_AND_CLASS;
	return sameQuestionIgnoringCase(bytes, 12, asked, askedAt, nameLength) && sameOctets(bytes, 12 + nameLength, asked, askedAt + nameLength, TYPE_AND_CLASS) ? Verdict.OtherCase : Verdict.OtherQuestion;
}
/** Nothing in the answer and authority sections; an OPT alone may be there. */
function hasNoRecords(bytes) {
	return bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0 && bytes[9] === 0;
}
/** BADVERS stands half in the OPT (RFC 6891 §6.1.3): NOERROR, and nothing in it. `answer` is overwritten. */
function isBadVersion(bytes, length, answer) {
	if ((bytes[3] & 15) !== Rcode.NoError || !hasNoRecords(bytes)) return false;
	return readAnswer(bytes, length, answer) && answer.rcode === Rcode.BadVers;
}
/** Does it bring an OPT: has its sender understood EDNS? `answer` is overwritten. */
function hasOpt(bytes, length, answer) {
	return readAnswer(bytes, length, answer) && answer.optLength > 0;
}
function isTruncated(bytes) {
	return (bytes[2] << 8 & Flag.TC) !== 0;
}
/** True where lower-casing would change the name of `length` bytes at `asked[at]`: its case can tell something. */
function hasUpperCase(asked, at, length) {
	for (let i = at; i < at + length; i++) if (asked[i] >= 65 && asked[i] <= 90) return true;
	return false;
}
/** One question in so many is also put to another upstream, to know how fast it is now. */
const EXPLORE_ONE_IN = 20;
/** Unused for so long, an upstream gets the next question too. */
const EXPLORE_AFTER_MS = 3e4;
var UpstreamGroup = class {
	upstreams;
	#strategy;
	#order;
	constructor(upstreams, strategy) {
		this.upstreams = upstreams.slice(0, 16);
		this.#strategy = strategy;
		this.#order = this.upstreams;
		this.renew();
	}
	/** The best first: those that are up, then those that are down; never one that loops. Not changed in place. */
	get order() {
		return this.#order;
	}
	renew() {
		const order = this.upstreams.filter((upstream) => !upstream.isLoop);
		order.sort((a, b) => rank(a) - rank(b) || (this.#strategy === "fastest" ? a.score - b.score : 0));
		if (!(order.length === this.#order.length && order.every((upstream, place) => upstream === this.#order[place]))) this.#order = order;
	}
	/** The place in `order` of an upstream that should be measured by this question as well, or -1. */
	explore(order, nowMs, random) {
		if (this.#strategy !== "fastest" || order.length < 2) return -1;
		for (let place = 1; place < order.length; place++) {
			const upstream = order[place];
			if (upstream.state === "up" && nowMs - upstream.usedMs >= EXPLORE_AFTER_MS) return place;
		}
		if (random.below(EXPLORE_ONE_IN) !== 0) return -1;
		const place = 1 + random.below(order.length - 1);
		return order[place].state === "up" ? place : -1;
	}
};
function rank(upstream) {
	return upstream.state === "up" ? 0 : 1;
}
/**
* The place after the current one that has not failed and is not spent: one that is up, else one that is down, for
* there is nothing to lose. Where a refusal can be passed on, nobody waits for those that are down. -1: none.
*/
function choosePlace(pending) {
	const { candidates, current, failed } = pending;
	let spare = -1;
	for (let step = 1; step <= candidates.length; step++) {
		const place = (current + step) % candidates.length;
		const bit = 1 << place;
		if (silencesOf(pending, place) >= 3 && (pending.triedTcp & bit) !== 0 || (failed & bit) !== 0) continue;
		const { state } = candidates[place];
		if (state === "up") return place;
		if (state === "down" && spare < 0) spare = place;
	}
	return pending.refusal === null ? spare : -1;
}
/** How often the candidate at `place` has left this question unanswered over UDP. */
function silencesOf(pending, place) {
	return pending.silences >>> 2 * place & 3;
}
// src/upstream/attempts.ts
/** Whatever comes back, a question is not asked without end. */
const MAX_ATTEMPTS = 12;
/** The wait doubles with each silence up to this. */
const FIRST_WAIT_MS = 400;
const LAST_WAIT_MS = 1600;
const TCP_WAIT_MS = 2500;
var Attempts = class {
	#sender;
	#clock;
	#counters;
	#events;
	#answer = new Answer();
	constructor(sender, clock, counters, events) {
		this.#sender = sender;
		this.#clock = clock;
		this.#counters = counters;
		this.#events = events;
	}
	/** Asks the next upstream; where none is left, waits for late answers, or ends the question if all have failed. */
	next(pending, nowMs) {
		const place = pending.attempts < MAX_ATTEMPTS ? choosePlace(pending) : -1;
		if (place >= 0) {
			if (silencesOf(pending, place) < 3) return this.#askUdp(pending, place, nowMs);
			return this.#askTcp(pending, place, false, nowMs);
		}
		if (pending.failed === (1 << pending.candidates.length) - 1 || pending.attempts >= MAX_ATTEMPTS || pending.refusal !== null) return this.giveUp(pending);
		pending.retryMs = Infinity;
		this.#events.scheduled(pending);
	}
	/** Passes on the best there is: a refusal, or the failure. */
	giveUp(pending) {
		const { refusal } = pending;
		if (refusal !== null && this.#events.answered(pending, refusal, refusal.length, pending.refusedBy)) return;
		this.#events.failed(pending, pending.lastFailure);
	}
	/** No answer came in the time given to the current attempt. */
	timedOut(pending, nowMs) {
		const { current } = pending;
		if (current >= 0 && (pending.failed & 1 << current) === 0) {
			const reason = pending.isTcp ? "tcp" : "timeout";
			pending.candidates[current].attemptFailed(reason, nowMs, nowMs - pending.sentMs);
			if (silencesOf(pending, current) < 3) pending.lastFailure = reason;
			if (!pending.isTcp) {
				if (pending.isWithEdns) pending.ednsUnanswered |= 1 << current;
				if (silencesOf(pending, current) < 3) pending.silences += 1 << 2 * current;
			}
			pending.timeouts++;
		}
		this.next(pending, nowMs);
	}
	/** Puts the question to one more upstream, to measure it. */
	explore(pending, place, nowMs) {
		pending.candidates[place].requests++;
		this.#sender.launch(pending, place, this.#flagsFor(pending, place, nowMs) | Flight.Probe, nowMs);
	}
	/** A datagram from an upstream. */
	message(socket, bytes, length) {
		const nowMs = this.#clock.monotonicMs();
		const flights = this.#sender.flights;
		const entry = length >= 2 ? flights.find(socket.number, bytes[0] << 8 | bytes[1]) : -1;
		if (entry < 0) return this.#strange(socket);
		const pending = flights.pending[entry];
		const { upstream } = socket;
		if (pending === null) return this.#measured(entry, bytes, length, nowMs);
		const at = pending.nameLength;
		let verdict = judgeReply(bytes, length, pending.name, at, at + 4);
		if (verdict === Verdict.NoReply) return this.#strange(socket);
		const place = flights.place[entry];
		const flags = flights.flags[entry];
		const rttMs = nowMs - flights.sentMs[entry];
		this.#sender.land(entry);
		if (verdict === Verdict.OtherCase) {
			if (flags & Flight.MixedCase) upstream.spelling.changed();
			else verdict = Verdict.Good;
		} else if (verdict === Verdict.Good && flags & Flight.MixedCase && upstream.spelling.isInDoubt) {
			if (hasUpperCase(pending.name, at, at)) upstream.spelling.kept();
		}
		if (verdict === Verdict.OtherCase || verdict === Verdict.OtherQuestion) {
			this.#counters.add("upstreamMismatched");
			return this.#nearMiss(pending, place, nowMs);
		}
		upstream.replied(nowMs, rttMs);
		const isWithEdns = (flags & Flight.Edns) !== 0;
		if (verdict === Verdict.NoQuestion) return this.#bareHeader(pending, place, isWithEdns, bytes, nowMs);
		if (isTruncated(bytes)) {
			this.#tookEdns(pending, place, isWithEdns, nowMs);
			upstream.wasUseful();
			return this.#askTcp(pending, place, true, nowMs);
		}
		this.#judge(pending, place, isWithEdns, bytes, length, nowMs);
	}
	/** A socket is gone, and all that was in flight on it. */
	error(socket, code) {
		const nowMs = this.#clock.monotonicMs();
		const reason = code === "ECONNREFUSED" ? "refused" : "network";
		for (const entry of this.#sender.flights.of(socket)) {
			if (this.#sender.flights.socket[entry] !== socket) continue;
			const pending = this.#sender.flights.pending[entry] ?? null;
			const place = this.#sender.flights.place[entry];
			this.#sender.land(entry);
			if (pending === null) socket.upstream.attemptFailed(reason, nowMs);
			else this.#placeFailed(pending, place, reason, nowMs);
		}
	}
	answered(context, bytes, length) {
		const { pending, place, isWithEdns } = context;
		if (pending.isDone) return;
		const nowMs = this.#clock.monotonicMs();
		const at = pending.nameLength;
		const verdict = judgeReply(bytes, length, pending.name, at, at + 4);
		if (verdict === Verdict.NoQuestion) return this.#bareHeader(pending, place, isWithEdns, bytes, nowMs);
		if (verdict !== Verdict.Good && verdict !== Verdict.OtherCase) return this.#placeFailed(pending, place, "mismatch", nowMs);
		if (isTruncated(bytes)) return this.#placeFailed(pending, place, "malformed", nowMs);
		this.#judge(pending, place, isWithEdns, bytes, length, nowMs);
	}
	failed(context) {
		const { pending, place, isNeeded } = context;
		const nowMs = this.#clock.monotonicMs();
		if (pending.isDone) return;
		if (isNeeded) return this.#placeFailed(pending, place, "tcp", nowMs);
		pending.candidates[place].attemptFailed("tcp", nowMs);
		if (pending.current === place) this.next(pending, nowMs);
	}
	#askUdp(pending, place, nowMs) {
		const upstream = pending.candidates[place];
		const flags = this.#flagsFor(pending, place, nowMs);
		const waitMs = Math.max(upstream.waitMs, Math.min(FIRST_WAIT_MS << pending.timeouts, LAST_WAIT_MS));
		this.#begin(pending, place, flags, false, nowMs, waitMs);
		if (!this.#sender.launch(pending, place, flags, nowMs)) {
			pending.failed |= 1 << place;
			pending.lastFailure = "network";
			pending.retryMs = nowMs;
		}
		this.#events.scheduled(pending);
	}
	#askTcp(pending, place, isNeeded, nowMs) {
		const flags = this.#flagsFor(pending, place, nowMs);
		this.#begin(pending, place, flags, true, nowMs, TCP_WAIT_MS);
		pending.triedTcp |= 1 << place;
		this.#counters.add("upstreamTcp");
		this.#events.scheduled(pending);
		const attempt = {
			pending,
			place,
			isWithEdns: pending.isWithEdns,
			isNeeded
		};
		if (!(pending.attempts <= MAX_ATTEMPTS) || !this.#sender.launchTcp(pending, place, flags, attempt)) this.failed(attempt);
	}
	#begin(pending, place, flags, isTcp, nowMs, waitMs) {
		const upstream = pending.candidates[place];
		upstream.requests++;
		pending.attempts++;
		pending.current = place;
		pending.upstream = upstream.name;
		pending.isTcp = isTcp;
		pending.isWithEdns = (flags & Flight.Edns) !== 0;
		pending.sentMs = nowMs;
		pending.retryMs = nowMs + waitMs;
	}
	#flagsFor(pending, place, nowMs) {
		const { edns, spelling } = pending.candidates[place];
		const bit = 1 << place;
		const isShunned = (pending.ednsUnanswered & bit) !== 0 && !edns.isProven(nowMs);
		return (edns.isOn(nowMs) && !isShunned && (pending.ednsRefused & bit) === 0 ? Flight.Edns : 0) | (spelling.isOn ? Flight.MixedCase : 0);
	}
	/** A late answer, or one to a probe: tells how the upstream is. */
	#measured(entry, bytes, length, nowMs) {
		const socket = this.#sender.flights.socket[entry];
		const rttMs = nowMs - this.#sender.flights.sentMs[entry];
		if (length < 12 || (bytes[2] & 128) === 0) return this.#strange(socket);
		this.#sender.land(entry);
		const { upstream } = socket;
		upstream.replied(nowMs, rttMs);
		const rcode = bytes[3] & 15;
		if (rcode === Rcode.NoError || rcode === Rcode.NxDomain) upstream.wasUseful();
	}
	#strange(socket) {
		this.#counters.add("upstreamMismatched");
		socket.strange++;
	}
	#nearMiss(pending, place, nowMs) {
		pending.candidates[place].attemptFailed("mismatch", nowMs);
		pending.lastFailure = "mismatch";
		this.#askTcp(pending, place, false, nowMs);
	}
	/** Servers that cannot read a query often send its header back, alone. */
	#bareHeader(pending, place, isWithEdns, bytes, nowMs) {
		const reason = REFUSALS[bytes[3] & 15];
		if (reason === void 0) return this.#nearMiss(pending, place, nowMs);
		if (!this.#retriedWithoutEdns(pending, place, isWithEdns, reason, nowMs)) this.#placeFailed(pending, place, reason, nowMs);
	}
	/** The answer to this question: good, or a refusal? */
	#judge(pending, place, isWithEdns, bytes, length, nowMs) {
		const upstream = pending.candidates[place];
		const reason = isBadVersion(bytes, length, this.#answer) ? "notimp" : REFUSALS[bytes[3] & 15];
		if (reason === void 0) {
			if (!this.#events.answered(pending, bytes, length, upstream.name)) return this.#placeFailed(pending, place, "malformed", nowMs);
			this.#tookEdns(pending, place, isWithEdns, nowMs);
			return upstream.wasUseful();
		}
		if (!(reason === "servfail" && hasOpt(bytes, length, this.#answer)) && this.#retriedWithoutEdns(pending, place, isWithEdns, reason, nowMs)) return;
		pending.refusal = new Uint8Array(bytes.subarray(0, length));
		pending.refusedBy = upstream.name;
		this.#placeFailed(pending, place, reason, nowMs);
	}
	/** RFC 6891 §6.2.2: a server may refuse a query because of its OPT; once more without it. */
	#retriedWithoutEdns(pending, place, isWithEdns, reason, nowMs) {
		const bit = 1 << place;
		const upstream = pending.candidates[place];
		if (!isWithEdns || (pending.ednsRefused & bit) !== 0 || pending.attempts >= MAX_ATTEMPTS) return false;
		if (reason === "formerr" || reason === "notimp") pending.ednsRefused |= bit;
		else if (reason === "servfail" && !upstream.edns.isProven(nowMs)) pending.ednsUnanswered |= bit;
		else return false;
		upstream.failures[reason]++;
		this.#askUdp(pending, place, nowMs);
		return true;
	}
	/** Notes what a good answer says about EDNS. */
	#tookEdns(pending, place, isWithEdns, nowMs) {
		const { edns } = pending.candidates[place];
		const bit = 1 << place;
		if (isWithEdns) edns.answered(nowMs);
		else if (!edns.isOn(nowMs)) return;
		else if (pending.ednsRefused & bit) edns.refused(nowMs);
		else if (pending.ednsUnanswered & bit) edns.answeredOnlyWithout(nowMs);
	}
	/** This upstream has said its last on this question. */
	#placeFailed(pending, place, reason, nowMs) {
		pending.candidates[place].attemptFailed(reason, nowMs);
		pending.failed |= 1 << place;
		pending.lastFailure = reason;
		if (!(place !== pending.current && (pending.failed & 1 << pending.current) === 0) && !pending.isDone) this.next(pending, nowMs);
	}
};
/** Rcodes after which another upstream is asked. All others are answers. */
const REFUSALS = {
	[Rcode.FormErr]: "formerr",
	[Rcode.ServFail]: "servfail",
	[Rcode.NotImp]: "notimp",
	[Rcode.Refused]: "denied"
};
const SLOTS = 512;
var DeadlineWheel = class {
	#heads = Array.from({ length: SLOTS }, () => null);
	/** The latest tick that was worked off. */
	#tick;
	#size = 0;
	constructor(nowMs) {
		this.#tick = Math.floor(nowMs / 25);
	}
	/** How many are on the wheel. */
	get size() {
		return this.#size;
	}
	/** Lets `item` fall due at `dueMs`, at the next tick where that has passed; moves it if it was set already. */
	set(item, dueMs) {
		this.cancel(item);
		const slot = Math.min(Math.max(Math.ceil(dueMs / 25), this.#tick + 1), this.#tick + SLOTS - 1) % SLOTS;
		const head = this.#heads[slot] ?? null;
		item.dueMs = dueMs;
		item.wheelSlot = slot;
		item.later = head;
		if (head !== null) head.earlier = item;
		this.#heads[slot] = item;
		this.#size++;
	}
	cancel(item) {
		if (item.wheelSlot < 0) return;
		if (item.earlier === null) this.#heads[item.wheelSlot] = item.later;
		else item.earlier.later = item.later;
		if (item.later !== null) item.later.earlier = item.earlier;
		item.earlier = item.later = null;
		item.wheelSlot = -1;
		this.#size--;
	}
	/** Calls `onDue` for all that has fallen due; each is off the wheel by then and may be set again. */
	advance(nowMs, onDue) {
		const until = Math.floor(nowMs / 25);
		if (until - this.#tick > SLOTS) this.#tick = until - SLOTS;
		while (this.#tick < until) {
			this.#tick++;
			const slot = this.#tick % SLOTS;
			for (let item = this.#heads[slot] ?? null; item !== null; item = this.#heads[slot] ?? null) {
				this.cancel(item);
				onDue(item);
			}
		}
	}
	/** Every item, to close. */
	forEach(visit) {
		for (const head of this.#heads) for (let item = head; item !== null;) {
			const { later } = item;
			visit(item);
			item = later;
		}
	}
};
// src/upstream/loop-probe.ts
const SUFFIX = "\nloop-probe\bthanhloc\binternal\0";
const SERIAL_LENGTH = 4;
const LABEL_LENGTH = 28;
const NAME_LENGTH = 59;
/** When a general upstream is probed after the start: our listeners may open late, loops may be built later. */
const GAPS_MS = [2e3, 1e4];
const LAST_GAP_MS = 6e5;
/** A probe that has not come back by then does not. */
const ANSWER_MS = 1e4;
var LoopProbe = class {
	#token;
	#watched = /* @__PURE__ */ new Map();
	/** `token`: 16 hex digits, the same in all threads of the process, for a probe may come in at another. */
	constructor(token) {
		this.#token = token;
	}
	/** Watches these from now on; those already watched go on as they are. */
	watch(upstreams, nowMs) {
		for (const known of this.#watched.keys()) if (!upstreams.includes(known)) this.#watched.delete(known);
		for (const upstream of upstreams) {
			if (this.#watched.has(upstream)) continue;
			this.#watched.set(upstream, {
				name: this.#nameOf(upstream),
				serial: 0,
				watched: 0,
				nextMs: nowMs,
				sentMs: -Infinity,
				seenMs: -Infinity
			});
		}
	}
	/** The upstream whose probe this name is, or null. */
	find(key) {
		if (key.length !== NAME_LENGTH || key.labelCount !== 4) return null;
		for (const [upstream, { name }] of this.#watched) if (isSame(name, key.bytes)) return upstream;
		return null;
	}
	/** A probe came back. */
	cameBack(upstream, nowMs) {
		upstream.isLoop = true;
		const watch = this.#watched.get(upstream);
		if (watch !== void 0) watch.seenMs = nowMs;
	}
	/** Those that are to be probed now, for loops or because they are down. Frees those whose last probe stayed away. */
	due(nowMs, onDue) {
		for (const [upstream, watch] of this.#watched) {
			const isOver = nowMs - watch.sentMs >= ANSWER_MS;
			if (upstream.isLoop && isOver && watch.sentMs > watch.seenMs) upstream.isLoop = false;
			const isWatched = nowMs >= watch.nextMs;
			if (!upstream.takeProbe(nowMs) && !isWatched) continue;
			if (isWatched) watch.nextMs = nowMs + (GAPS_MS[watch.watched++] ?? LAST_GAP_MS);
			watch.sentMs = nowMs;
			writeSerial(watch.name, watch.serial++);
			onDue(upstream, watch.name);
		}
	}
	#nameOf(upstream) {
		let hash = 2166136261;
		for (let i = 0; i < upstream.name.length; i++) hash = Math.imul(hash ^ upstream.name.charCodeAt(i), 16777619);
		const label = this.#token + (hash >>> 0).toString(16).padStart(8, "0") + "0000";
		return Uint8Array.from(`${String.fromCharCode(LABEL_LENGTH)}${label}${SUFFIX}`, (char) => char.charCodeAt(0));
	}
};
/** 16 hex digits for `LoopProbe`. */
function randomToken(random) {
	const word = () => random.bits32().toString(16).padStart(8, "0");
	return word() + word();
}
function writeSerial(name, serial) {
	const digits = (serial & 65535).toString(16).padStart(SERIAL_LENGTH, "0");
	const at = 25;
	for (let i = 0; i < SERIAL_LENGTH; i++) name[at + i] = digits.charCodeAt(i);
}
/** Equal but for the serial: a probe may be long on its way. */
function isSame(name, bytes) {
	for (let i = 0; i < name.length; i++) if (name[i] !== bytes[i] && (i <= 24 || i > LABEL_LENGTH)) return false;
	return true;
}
// src/upstream/sender.ts
/**
* Sends: writes the query, draws the socket and the id, and keeps account of what is in flight. `attempts.ts` decides
* what is sent, and to whom.
*/
const FLAGS = {
	rd: true,
	cd: false,
	ad: true
};
const FLAGS_CD = {
	rd: true,
	cd: true,
	ad: true
};
const EDNS = {
	udpSize: MAX_UDP_PAYLOAD,
	dnssecOk: false
};
const EDNS_DO = {
	udpSize: MAX_UDP_PAYLOAD,
	dnssecOk: true
};
const QUERY_BYTES = 282;
const CLASS_IN = 1;
var Sender = class {
	flights;
	#random;
	#out = new Octets(QUERY_BYTES);
	constructor(random, maxFlights) {
		this.#random = random;
		this.flights = new FlightTable(maxFlights);
	}
	/** Sends the question to the candidate at `place`; `flags` of `Flight`. False: no socket could be opened. */
	launch(pending, place, flags, nowMs) {
		const length = this.#write(pending, flags);
		return this.#transmit(pending.candidates[place], pending, place, flags, nowMs, length);
	}
	/** Hands the question to the upstream's TCP. False: it has no room. */
	launchTcp(pending, place, flags, context) {
		const length = this.#write(pending, flags);
		return pending.candidates[place].tcp.ask(this.#out, length, context);
	}
	/** Asks for `name` (wire form), for nobody. */
	probe(upstream, name, qtype, nowMs) {
		const isWithEdns = upstream.edns.isProven(nowMs);
		const length = writeQuery(this.#out, 0, name, 0, name.length, qtype, CLASS_IN, FLAGS, isWithEdns ? EDNS : null);
		this.#transmit(upstream, null, 0, Flight.Probe | (isWithEdns ? Flight.Edns : 0), nowMs, length);
	}
	/** The question is settled: what is still in flight for it only measures. */
	release(pending) {
		for (let entry = pending.firstFlight; entry >= 0;) {
			const sibling = this.flights.sibling[entry];
			this.flights.pending[entry] = null;
			this.flights.sibling[entry] = -1;
			entry = sibling;
		}
		pending.firstFlight = -1;
	}
	/** Forgets flights so old that nobody waits for them. */
	expire(nowMs) {
		const flights = this.flights;
		for (let entry = flights.oldest; entry >= 0; entry = flights.oldest) {
			if (nowMs - flights.sentMs[entry] < 11e3) return;
			const upstream = flights.socket[entry].upstream;
			if (flights.flags[entry] & Flight.Probe) upstream.attemptFailed("timeout", nowMs, FLIGHT_MS);
			this.land(entry);
		}
	}
	#write(pending, flightFlags) {
		const { name, nameLength, qtype, qclass } = pending;
		const nameAt = flightFlags & Flight.MixedCase ? nameLength : 0;
		const flags = pending.checkingDisabled ? FLAGS_CD : FLAGS;
		const edns = flightFlags & Flight.Edns ? pending.dnssecOk ? EDNS_DO : EDNS : null;
		return writeQuery(this.#out, 0, name, nameAt, nameLength, qtype, qclass, flags, edns);
	}
	/** Sends the query in `#out` under a free id. False: no socket could be opened. */
	#transmit(upstream, pending, place, flags, nowMs, length) {
		const flights = this.flights;
		upstream.usedMs = nowMs;
		let socket;
		try {
			socket = upstream.pool.draw(nowMs);
		} catch {
			upstream.attemptFailed("network", nowMs);
			return false;
		}
		if (flights.isFull) this.land(flights.oldest);
		let id = this.#random.below(65536);
		while (flights.find(socket.number, id) >= 0) id = this.#random.below(65536);
		const entry = flights.add(socket, id, place, flags, nowMs, pending);
		if (pending !== null) {
			flights.sibling[entry] = pending.firstFlight;
			pending.firstFlight = entry;
		}
		this.#out[0] = id >> 8;
		this.#out[1] = id & 255;
		upstream.pool.send(socket, this.#out, length);
		return true;
	}
	/** Takes a flight out of the table and out of its question's chain. */
	land(entry) {
		const { pending, sibling, socket } = this.flights;
		const own = pending[entry] ?? null;
		if (own !== null) {
			if (own.firstFlight === entry) own.firstFlight = sibling[entry];
			else {
				let before = own.firstFlight;
				while (sibling[before] !== entry) before = sibling[before];
				sibling[before] = sibling[entry];
			}
		}
		const { upstream } = socket[entry];
		upstream.pool.landed(socket[entry]);
		this.flights.remove(entry);
	}
};
// src/upstream/capabilities.ts
/**
* What an upstream can take: EDNS and 0x20 case. Learnt from its answers, never from a single lost packet, and
* remembered; a home router must not be lost over a feature.
*/
/** RFC 6891 §6.2.2: what was found out is kept, but not for ever. */
const EDNS_OFF_MS = 36e5;
/** So long a good answer to a query with EDNS tells that later ones were lost, not refused. */
const PROVEN_MS = 6e5;
/** Questions that were answered only without EDNS before it is taken as the reason. */
const MAX_SUSPICIONS = 3;
/** Answers in a row with the case changed before it is taken as the upstream's way. */
const MAX_CASE_CHANGES = 3;
var EdnsMemory = class {
	#offUntilMs = -Infinity;
	#provenMs = -Infinity;
	#suspicions = 0;
	isOn(nowMs) {
		return nowMs >= this.#offUntilMs;
	}
	/** Monotonic time at which EDNS is tried again, or null where it is on. */
	offUntilMs(nowMs) {
		return this.isOn(nowMs) ? null : this.#offUntilMs;
	}
	/** It has lately answered queries with EDNS. */
	isProven(nowMs) {
		return nowMs - this.#provenMs < PROVEN_MS;
	}
	/** A good answer to a query with EDNS. */
	answered(nowMs) {
		this.#provenMs = nowMs;
		this.#suspicions = 0;
	}
	/** It refused a query with EDNS and answered the same one without: that is plain enough. */
	refused(nowMs) {
		this.#offUntilMs = nowMs + EDNS_OFF_MS;
		this.#suspicions = 0;
		this.#provenMs = -Infinity;
	}
	/** It left a query with EDNS unanswered and answered the same one without: loss, or a box that drops EDNS. */
	answeredOnlyWithout(nowMs) {
		if (++this.#suspicions >= MAX_SUSPICIONS) this.refused(nowMs);
	}
	/** It is down: what was known of it may be over. */
	distrust() {
		this.#provenMs = -Infinity;
	}
};
var CaseMemory = class {
	#changes = 0;
	/** May the case be mixed, and must it come back as it went? */
	get isOn() {
		return this.#changes < MAX_CASE_CHANGES;
	}
	/** Has it changed the case lately? Then an answer that kept it is worth noting. */
	get isInDoubt() {
		return this.#changes > 0 && this.isOn;
	}
	changed() {
		this.#changes++;
	}
	kept() {
		if (this.isOn) this.#changes = 0;
	}
};
const SOCKET_MS = 1e4;
const SOCKET_QUERIES = 1e3;
/** Answers nobody asked for: somebody is guessing, so the port is given up. */
const MAX_STRANGE = 20;
/** Retired sockets that still wait for answers; beyond, the oldest goes at once. */
const MAX_DRAINING = 64;
let sockets = 0;
var SocketPool = class {
	#upstream;
	#datagrams;
	#random;
	#events;
	#active = Array.from({ length: 16 }, () => null);
	#draining = /* @__PURE__ */ new Set();
	#batch = -1;
	#place = 0;
	constructor(upstream, datagrams, random, events) {
		this.#upstream = upstream;
		this.#datagrams = datagrams;
		this.#random = random;
		this.#events = events;
	}
	/** Open sockets, those that only wait for the last answers included. */
	get size() {
		return this.#active.reduce((sum, socket) => sum + (socket === null ? 0 : 1), this.#draining.size);
	}
	/** A socket for one more question. Throws what `connect` throws. */
	draw(nowMs) {
		if (this.#batch !== this.#datagrams.batch) {
			this.#batch = this.#datagrams.batch;
			this.#place = this.#random.below(16);
		}
		const place = this.#place;
		const socket = this.#active[place] ?? null;
		if (socket !== null) {
			if (!isWorn(socket, nowMs)) return socket;
			this.#retire(place, socket);
		}
		const fresh = this.#open(nowMs);
		if (fresh.isClosed) throw new Error(`connecting to ${this.#upstream.name} failed at once`);
		this.#active[place] = fresh;
		return fresh;
	}
	send(socket, bytes, length) {
		const own = socket;
		own.sent++;
		own.inFlight++;
		own.connected.send(bytes, length);
	}
	/** A flight by this socket is over. */
	landed(socket) {
		const own = socket;
		own.inFlight--;
		if (own.isRetired && own.inFlight <= 0) this.#close(own);
	}
	/** Retires what is too old to be used; closes it once nothing is in flight. */
	tick(nowMs) {
		for (let place = 0; place < 16; place++) {
			const socket = this.#active[place] ?? null;
			if (socket !== null && isWorn(socket, nowMs)) this.#retire(place, socket);
		}
	}
	close() {
		for (const socket of [...this.#active, ...this.#draining]) if (socket !== null) this.#close(socket);
		this.#active.fill(null);
	}
	#open(nowMs) {
		const { address, port } = this.#upstream.endpoint;
		const socket = {
			number: ++sockets,
			upstream: this.#upstream,
			inFlight: 0,
			strange: 0,
			isRetired: false,
			isClosed: false,
			openedMs: nowMs,
			sent: 0,
			connected: NOT_CONNECTED
		};
		socket.connected = this.#datagrams.connect(address, port, (bytes, length) => {
			if (!socket.isClosed) this.#events.message(socket, bytes, length);
		}, (code) => {
			if (socket.isClosed) return;
			const place = this.#active.indexOf(socket);
			if (place >= 0) this.#active[place] = null;
			this.#close(socket);
			this.#events.error(socket, code);
		});
		return socket;
	}
	#retire(place, socket) {
		this.#active[place] = null;
		socket.isRetired = true;
		if (socket.inFlight <= 0) return this.#close(socket);
		this.#draining.add(socket);
		if (this.#draining.size > MAX_DRAINING) for (const oldest of this.#draining) return this.#close(oldest);
	}
	#close(socket) {
		if (socket.isClosed) return;
		socket.isClosed = socket.isRetired = true;
		this.#draining.delete(socket);
		socket.connected.close();
	}
};
function isWorn(socket, nowMs) {
	return nowMs - socket.openedMs >= SOCKET_MS || socket.sent >= SOCKET_QUERIES || socket.strange >= MAX_STRANGE;
}
const NOT_CONNECTED = {
	send: () => {},
	close: () => {}
};
// src/upstream/tcp-client.ts
/**
* TCP to one upstream, for what does not fit a datagram and for what must not be guessed: at most two connections,
* kept for 10 s, several questions out on each and answered in any order (RFC 7766 §6.2).
*/
const MAX_CONNECTIONS = 2;
const MAX_PIPELINED = 100;
const CONNECT_MS = 3e3;
/** RFC 7766 §6.2.3: the client closes what it does not use, rather than the server. */
const IDLE_MS = 1e4;
/** A connection whose oldest question waits so long has gone deaf. */
const STALL_MS = 6e3;
var TcpClient = class {
	#endpoint;
	#clock;
	#random;
	#events;
	#connections = /* @__PURE__ */ new Set();
	#isClosed = false;
	constructor(endpoint, clock, random, events) {
		this.#endpoint = endpoint;
		this.#clock = clock;
		this.#random = random;
		this.#events = events;
	}
	/** Open connections. */
	get size() {
		return this.#connections.size;
	}
	/** Asks the query in the first `length` of `bytes` (copied), under an id of its own. False: there is no room. */
	ask(bytes, length, context) {
		return this.#ask({
			context,
			framed: frame(bytes, length),
			sentMs: this.#clock.monotonicMs(),
			isSecondTry: false
		});
	}
	/** Closes what is idle, deaf or does not connect. */
	tick(nowMs) {
		for (const connection of this.#connections) {
			const [oldest] = connection.waiting.values();
			const isLate = !connection.isConnected && nowMs - connection.openedMs >= CONNECT_MS;
			const isDeaf = oldest !== void 0 && nowMs - Math.max(oldest.sentMs, connection.usedMs) >= STALL_MS;
			const isIdle = oldest === void 0 && nowMs - connection.usedMs >= IDLE_MS;
			if (isLate || isDeaf || isIdle) this.#drop(connection);
		}
	}
	close() {
		this.#isClosed = true;
		for (const connection of this.#connections) this.#drop(connection);
	}
	#ask(waiting) {
		const connection = this.#choose();
		if (connection === null) return false;
		let id = this.#random.below(65536);
		while (connection.waiting.has(id)) id = id + 1 & 65535;
		waiting.framed[2] = id >> 8;
		waiting.framed[3] = id & 255;
		connection.waiting.set(id, waiting);
		connection.socket.write(waiting.framed);
		return true;
	}
	/** The least busy; a new one while that is busy and there may be more. */
	#choose() {
		if (this.#isClosed) return null;
		let best = null;
		for (const one of this.#connections) if (best === null || one.waiting.size < best.waiting.size) best = one;
		if (best === null || best.waiting.size > 0 && this.#connections.size < MAX_CONNECTIONS) return this.#open();
		return best.waiting.size < MAX_PIPELINED ? best : null;
	}
	#open() {
		const { address, port } = this.#endpoint;
		const nowMs = this.#clock.monotonicMs();
		const socket = connect({
			host: address,
			port,
			noDelay: true
		});
		const connection = {
			socket,
			waiting: /* @__PURE__ */ new Map(),
			isConnected: false,
			hasAnswered: false,
			openedMs: nowMs,
			usedMs: nowMs
		};
		const reader = new FrameReader((bytes, length) => this.#received(connection, bytes, length));
		socket.on("connect", () => connection.isConnected = true);
		socket.on("data", (chunk) => reader.push(chunk));
		socket.on("error", () => {});
		socket.on("end", () => this.#drop(connection));
		socket.on("close", () => this.#drop(connection));
		this.#connections.add(connection);
		return connection;
	}
	#received(connection, bytes, length) {
		const id = length >= 2 ? bytes[0] << 8 | bytes[1] : -1;
		const waiting = connection.waiting.get(id);
		if (waiting === void 0) return;
		connection.waiting.delete(id);
		connection.hasAnswered = true;
		connection.usedMs = this.#clock.monotonicMs();
		this.#events.answered(waiting.context, bytes, length);
	}
	/** Closes it; what waits on it is asked once more where the connection had worked before, else it has failed. */
	#drop(connection) {
		if (!this.#connections.delete(connection)) return;
		connection.socket.destroy();
		for (const waiting of connection.waiting.values()) if (!(connection.hasAnswered && !waiting.isSecondTry) || !this.#ask({
			...waiting,
			isSecondTry: true
		})) this.#events.failed(waiting.context);
		connection.waiting.clear();
	}
};
// src/upstream/upstream.ts
/** Unanswered in a row, and silent for so long: then it is down. One burst of loss is not enough. */
const MAX_SILENT = 3;
const SILENCE_MS = 1e3;
/** SERVFAIL and the like in a row: it is there, but of no use. */
const MAX_USELESS = 10;
const FIRST_PROBE_MS = 1e3;
const MAX_PROBE_MS = 3e4;
/** Bounds of the time to wait for an answer before asking again, milliseconds. */
const MIN_WAIT_MS = 400;
const MAX_WAIT_MS = 1200;
const MAX_PENALTY_MS = 2e3;
var Upstream = class {
	endpoint;
	name;
	/** Settings may move it; its history stays. */
	group;
	/** A name of its own zone to probe with, wire form; null for the general ones, whose probes look for loops. */
	zone;
	pool;
	tcp;
	edns = new EdnsMemory();
	spelling = new CaseMemory();
	failures = Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0]));
	requests = 0;
	/** A question put to it came back to us. */
	isLoop = false;
	/** Monotonic; when it last had a question or a probe. */
	usedMs = -Infinity;
	#clock;
	#isDown = false;
	#silent = 0;
	#useless = 0;
	#repliedMs = -Infinity;
	#firstSilentMs = 0;
	#probeGapMs = FIRST_PROBE_MS;
	#nextProbeMs = 0;
	/** RFC 6298 §2; 0 before the first answer. */
	#measured = 0;
	#smoothedMs = 0;
	#varianceMs = 0;
	#penaltyMs = 0;
	#lastAnswerWallMs = null;
	constructor(endpoint, group, zone, datagrams, clock, random, poolEvents, tcpEvents) {
		this.endpoint = endpoint;
		this.name = endpointName(endpoint);
		this.group = group;
		this.zone = zone;
		this.#clock = clock;
		this.pool = new SocketPool(this, datagrams, random, poolEvents);
		this.tcp = new TcpClient(endpoint, clock, random, tcpEvents);
	}
	get state() {
		return this.isLoop ? "loop" : this.#isDown ? "down" : "up";
	}
	/** Lower is better: smoothed round trip plus what its silences cost lately. 0 where nothing is known yet. */
	get score() {
		return this.#smoothedMs + this.#penaltyMs;
	}
	/** How long to wait for it before asking again. */
	get waitMs() {
		return Math.min(Math.max(this.#smoothedMs + 4 * this.#varianceMs, MIN_WAIT_MS), MAX_WAIT_MS);
	}
	/** Anything came back, `rttMs` after the question. */
	replied(nowMs, rttMs) {
		this.#repliedMs = nowMs;
		this.#lastAnswerWallMs = this.#clock.wallMs();
		this.#silent = 0;
		this.#penaltyMs = this.#penaltyMs < 1 ? 0 : this.#penaltyMs / 2;
		if (this.#smoothedMs === 0) {
			this.#smoothedMs = Math.max(rttMs, .01);
			this.#measured = 1;
			this.#varianceMs = rttMs / 2;
		} else {
			this.#varianceMs = .75 * this.#varianceMs + .25 * Math.abs(this.#smoothedMs - rttMs);
			const gain = Math.max(.125, 1 / ++this.#measured);
			this.#smoothedMs = Math.max((1 - gain) * this.#smoothedMs + gain * rttMs, .01);
		}
		if (this.#useless < MAX_USELESS) this.#recover();
	}
	/** It answered a question as a resolver should. */
	wasUseful() {
		this.#useless = 0;
		this.#recover();
	}
	/** An attempt at it came to nothing. */
	attemptFailed(reason, nowMs, waitedMs = 0) {
		this.failures[reason]++;
		switch (reason) {
			case "timeout":
			case "network":
			case "refused":
				if (this.#silent++ === 0) this.#firstSilentMs = nowMs - waitedMs;
				this.#penaltyMs = Math.min(this.#penaltyMs + Math.max(waitedMs, MIN_WAIT_MS), MAX_PENALTY_MS);
				if (this.#silent >= MAX_SILENT && (reason !== "timeout" || this.#isSilent(nowMs))) this.#goDown(nowMs);
				return;
			case "servfail":
			case "denied":
			case "formerr":
			case "notimp":
			case "malformed":
				if (++this.#useless >= MAX_USELESS) this.#goDown(nowMs);
				return;
			case "mismatch":
			case "tcp": return;
		}
	}
	/** True once each time a probe of a down upstream is due; the gaps grow to 30 s. */
	takeProbe(nowMs) {
		if (!this.#isDown || nowMs < this.#nextProbeMs) return false;
		this.#probeGapMs = Math.min(this.#probeGapMs * 2, MAX_PROBE_MS);
		this.#nextProbeMs = nowMs + this.#probeGapMs;
		return true;
	}
	status() {
		const nowMs = this.#clock.monotonicMs();
		const offUntilMs = this.edns.offUntilMs(nowMs);
		return {
			name: this.name,
			group: this.group,
			state: this.state,
			rttMs: this.#smoothedMs === 0 ? null : this.#smoothedMs,
			requests: this.requests,
			failures: { ...this.failures },
			edns: offUntilMs === null ? "on" : "off",
			ednsOffUntil: offUntilMs === null ? null : this.#clock.wallMs() + offUntilMs - nowMs,
			case: this.spelling.isOn ? "on" : "off",
			sockets: this.pool.size,
			tcpConnections: this.tcp.size,
			lastAnswerAt: this.#lastAnswerWallMs
		};
	}
	close() {
		this.pool.close();
		this.tcp.close();
	}
	#isSilent(nowMs) {
		return nowMs - Math.max(this.#repliedMs, this.#firstSilentMs) >= SILENCE_MS;
	}
	#goDown(nowMs) {
		if (this.#isDown) return;
		this.#isDown = true;
		this.edns.distrust();
		this.#probeGapMs = FIRST_PROBE_MS;
		this.#nextProbeMs = nowMs + FIRST_PROBE_MS;
	}
	#recover() {
		this.#isDown = false;
	}
};
/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
function endpointName({ address, port }) {
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
// src/upstream/exchange.ts
const MAX_PENDING = 1e4;
const MAX_WAITERS = 1e3;
const SLOW_MS = 1800;
const OVERDUE_MS = 4500;
/** The exchange goes on this long, so that a slow answer is at least cached. */
const GIVE_UP_MS = 1e4;
const SWEEP_MS = 1e3;
const SETTLED_KEPT = 4096;
const Phase = {
	Young: 0,
	Slow: 1,
	Overdue: 2
};
var Exchange = class {
	/** Counts the settings it has had; `Pending.generation` tells which one a group number belongs to. */
	generation = 0;
	#datagrams;
	#clock;
	#random;
	#counters;
	#events;
	#maxPending;
	#maxWaiters;
	#table;
	#wheel;
	#sender;
	#attempts;
	#loops;
	#stop;
	#groups = [];
	#upstreams = /* @__PURE__ */ new Map();
	/** No longer in the settings, kept while answers may come. */
	#retired = [];
	#sweptMs = -Infinity;
	/** Settled questions, to be used again. */
	#settled = new RestingPool(SETTLED_KEPT);
	/** Nobody waits for them any more: out for the cache's sake alone, the longest first. */
	#told = /* @__PURE__ */ new Set();
	constructor(settings, datagrams, clock, random, counters, events, options = {}) {
		this.#datagrams = datagrams;
		this.#clock = clock;
		this.#random = random;
		this.#counters = counters;
		this.#events = events;
		this.#maxPending = options.maxPending ?? MAX_PENDING;
		this.#maxWaiters = options.maxWaiters ?? MAX_WAITERS;
		this.#table = new PendingTable(random.bits32());
		this.#wheel = new DeadlineWheel(clock.monotonicMs());
		this.#sender = new Sender(random, this.#maxPending * 3);
		this.#attempts = new Attempts(this.#sender, clock, counters, {
			answered: (pending, bytes, length, upstreamName) => this.#answered(pending, bytes, length, upstreamName),
			failed: (pending, reason) => this.#failed(pending, reason),
			scheduled: (pending) => this.#schedule(pending)
		});
		this.#loops = new LoopProbe(options.loopToken ?? randomToken(random));
		this.reconfigure(settings);
		this.#stop = clock.every(25, () => this.#tick());
	}
	/**
	* Asks, or joins `waiter` to the same question. `key` is copied. False: too many questions or waiters are out, or
	* the group has nobody to ask; nothing will be heard of this waiter.
	*/
	ask(key, qtype, qclass, dnssecOk, checkingDisabled, group, waiter) {
		const flags = (dnssecOk ? 1 : 0) | (checkingDisabled ? 2 : 0);
		const hash = this.#table.hash(key, qtype, qclass, flags, group);
		const known = this.#table.find(hash, key, qtype, qclass, dnssecOk, checkingDisabled, group);
		if (known !== null) return this.#join(known, waiter);
		const candidates = this.#groups[group]?.order ?? [];
		if (candidates.length === 0 || !this.#hasRoom()) return false;
		const nowMs = this.#clock.monotonicMs();
		const { generation } = this;
		const pending = this.#settled.take(nowMs) ?? new Pending();
		pending.begin(key, qtype, qclass, dnssecOk, checkingDisabled, group, generation, hash, candidates, nowMs, waiter, this.#random);
		this.#table.add(pending);
		this.#attempts.next(pending, nowMs);
		const other = this.#groups[group].explore(candidates, nowMs, this.#random);
		if (other >= 0 && !pending.isDone) this.#attempts.explore(pending, other, nowMs);
		return true;
	}
	/** Questions out. */
	get pendingCount() {
		return this.#wheel.size;
	}
	/**
	* Is this name a probe of ours that has come back? Then its upstream forwards to us and is asked no more; returns
	* its place among the general servers, otherwise -1. Answer such a query REFUSED.
	*/
	isLoopProbe(key) {
		const upstream = this.#loops.find(key);
		if (upstream === null) return -1;
		this.#disable(upstream);
		return this.#groups[0].upstreams.indexOf(upstream);
	}
	/** Another thread has found that the general upstream of this name leads back to us. */
	markLoop(upstreamName) {
		const upstream = this.#groups[0].upstreams.find(({ name }) => name === upstreamName);
		if (upstream !== void 0) this.#disable(upstream);
	}
	/** Of all upstreams, the general ones first, in the order of the settings. */
	status() {
		return this.#groups.flatMap(({ upstreams }) => upstreams.map((upstream) => upstream.status()));
	}
	/** Takes new settings: what is the same in both keeps its history; questions that are out finish where they are. */
	reconfigure(settings) {
		const before = this.#upstreams;
		this.#upstreams = /* @__PURE__ */ new Map();
		this.generation++;
		this.#table.clear();
		const { servers, strategy } = settings.upstreams;
		this.#groups = [new UpstreamGroup(this.#upstreamsOf(servers, 0, [], before), strategy), ...settings.forward.map(({ zones, servers: own }, index) => new UpstreamGroup(this.#upstreamsOf(own, index + 1, zones, before), strategy))];
		const nowMs = this.#clock.monotonicMs();
		for (const [id, upstream] of before) if (!this.#upstreams.has(id)) this.#retired.push({
			upstream,
			closeMs: nowMs + FLIGHT_MS
		});
		this.#loops.watch(this.#groups[0].upstreams, nowMs);
	}
	/** Closes all sockets; what is out is never heard of again. */
	close() {
		this.#stop();
		this.#table.clear();
		this.#wheel.forEach((pending) => {
			pending.isDone = true;
		});
		for (const upstream of this.#upstreams.values()) upstream.close();
		for (const { upstream } of this.#retired) upstream.close();
	}
	/** True where one more may be out. Names that nobody answers must not keep out those that somebody would. */
	#hasRoom() {
		for (const pending of this.#wheel.size < this.#maxPending ? [] : this.#told) {
			this.#told.delete(pending);
			if (pending.waiters.length === 0) this.#settle(pending);
			if (this.#wheel.size < this.#maxPending) break;
		}
		return this.#wheel.size < this.#maxPending;
	}
	#join(pending, waiter) {
		if (pending.waiters.length >= this.#maxWaiters) return false;
		if (pending.waiters.length === 0) pending.waiters = [waiter];
		else pending.waiters.push(waiter);
		this.#counters.add("coalesced");
		if (pending.phase > Phase.Young) {
			pending.hasJoined = true;
			this.#schedule(pending);
		}
		return true;
	}
	#schedule(pending) {
		if (pending.isDone) return;
		const { startedMs, phase } = pending;
		let dueMs = Math.min(pending.retryMs, startedMs + GIVE_UP_MS);
		if (phase < Phase.Overdue) dueMs = Math.min(dueMs, startedMs + (phase === Phase.Young ? SLOW_MS : OVERDUE_MS));
		this.#wheel.set(pending, pending.hasJoined ? 0 : dueMs);
	}
	#due(pending, nowMs) {
		const ageMs = nowMs - pending.startedMs;
		this.#wheel.set(pending, nowMs);
		const phase = ageMs >= OVERDUE_MS ? Phase.Overdue : ageMs >= SLOW_MS ? Phase.Slow : Phase.Young;
		const isNews = phase > pending.phase || pending.hasJoined;
		pending.phase = phase;
		pending.hasJoined = false;
		if (isNews && phase > Phase.Young) this.#events.slow(pending);
		if (isNews && phase === Phase.Overdue) this.#events.overdue(pending);
		if (phase > Phase.Young && pending.waiters.length === 0) this.#told.add(pending);
		if (ageMs >= GIVE_UP_MS) this.#attempts.giveUp(pending);
		else if (nowMs >= pending.retryMs) this.#attempts.timedOut(pending, nowMs);
		this.#schedule(pending);
	}
	#answered(pending, bytes, length, upstreamName) {
		this.#table.remove(pending);
		pending.upstream = upstreamName;
		if (!this.#events.answered(pending, bytes, length, upstreamName)) return false;
		this.#settle(pending);
		this.#reuse(pending);
		return true;
	}
	#failed(pending, reason) {
		this.#settle(pending);
		this.#events.failed(pending, reason);
		this.#reuse(pending);
	}
	#settle(pending) {
		pending.isDone = true;
		this.#told.delete(pending);
		this.#table.remove(pending);
		this.#wheel.cancel(pending);
		this.#sender.release(pending);
	}
	/** Nobody knows of it any more; but an attempt over TCP may, so that one is left to the collector. */
	#reuse(pending) {
		if (pending.triedTcp === 0) this.#settled.give(pending, this.#clock.monotonicMs());
	}
	#disable(upstream) {
		this.#loops.cameBack(upstream, this.#clock.monotonicMs());
		this.#groups[0].renew();
	}
	#tick() {
		const nowMs = this.#clock.monotonicMs();
		this.#wheel.advance(nowMs, (pending) => this.#due(pending, nowMs));
		this.#sender.expire(nowMs);
		this.#loops.due(nowMs, (upstream, name) => this.#sender.probe(upstream, name, Type.A, nowMs));
		for (const upstream of this.#upstreams.values()) if (upstream.zone !== null && upstream.takeProbe(nowMs)) this.#sender.probe(upstream, upstream.zone, Type.SOA, nowMs);
		for (const group of this.#groups) group.renew();
		this.#counters.set("upstreamPending", this.#wheel.size);
		if (nowMs - this.#sweptMs >= SWEEP_MS) this.#sweep(nowMs);
	}
	/** Closes what has been idle too long. */
	#sweep(nowMs) {
		this.#sweptMs = nowMs;
		for (const upstream of this.#upstreams.values()) {
			upstream.pool.tick(nowMs);
			upstream.tcp.tick(nowMs);
		}
		this.#retired = this.#retired.filter(({ upstream, closeMs }) => {
			if (nowMs >= closeMs) upstream.close();
			return nowMs < closeMs;
		});
	}
	#upstreamsOf(servers, group, zones, before) {
		const upstreams = [];
		for (const endpoint of servers) {
			const id = `${zones.join(" ")}|${endpointName(endpoint)}`;
			if (this.#upstreams.has(id)) continue;
			const upstream = before.get(id) ?? this.#open(endpoint, group, zones);
			upstream.group = group;
			this.#upstreams.set(id, upstream);
			upstreams.push(upstream);
		}
		return upstreams;
	}
	#open(endpoint, group, zones) {
		const attempts = this.#attempts;
		return new Upstream(endpoint, group, zones[0] === void 0 ? null : wireName(zones[0]), this.#datagrams, this.#clock, this.#random, attempts, attempts);
	}
};
function wireName(text) {
	const name = /* @__PURE__ */ new Uint8Array(256);
	return name.slice(0, Math.max(textToName(text, name), 1));
}
// src/resolver.ts
/**
* A resolver thread: the data plane. Puts the query path together from its parts, gives it sockets, follows the policy
* snapshots, and takes orders (settings, flush, shutdown) between queries.
*/
/** How often a thread without queries looks for a new snapshot, and says that it lives. */
const TICK_MS = 25;
const DROPS_MS = 1e3;
/** How often it is told who came round another resolver. */
const BYPASS_MS = 1e3;
/** Without any snapshot it answers all the same after this: no list is worth an agency without DNS. */
const SNAPSHOT_PATIENCE_MS = 2e4;
/** What is in flight at shutdown gets this long. */
const DRAIN_MS = 2e3;
const start = workerData;
const { shared, index, name } = start;
/** This thread's one of the blocks that each resolver thread has. */
const own = (blocks) => blocks[index];
const mail = new Mailbox(parentPort, name);
const log = createLog(name, new LogRingWriter(shared.logRings[name]), start.settings.log.level);
const words = new ControlWords(shared.control, shared.counters.length);
const random = new SecureRandom();
const clock = new BatchClock(systemClock);
const counters = new Counters(own(shared.counters));
const hits = new HitWriter(own(shared.hitTables));
const { datagrams, reason } = chooseDatagrams(start.settings, {
	counters,
	random,
	descriptors: new DescriptorTable(own(shared.descriptors)),
	events: {
		begin: () => {
			clock.move();
			hits.hold();
		},
		end: hits.release
	}
});
if (reason !== null) log.warn({ reason }, "packets are read one by one");
const policy = new Policy(shared.snapshots, shared.overlays);
const { settings } = start;
const limiter = new RateLimiter(shared.rateTable, settings.access.queriesPerSecond, new NetworkSet(settings.access.exempt), clock);
const cache = new AnswerCache(settings.cache, clock, random.bits32());
const exchange = new Exchange(settings, datagrams, clock, random, counters, {
	answered: (pending, bytes, length) => {
		followSnapshots();
		return path.answered(pending, bytes, length);
	},
	slow: (pending) => {
		followSnapshots();
		path.slow(pending);
	},
	overdue: (pending) => {
		followSnapshots();
		path.overdue(pending);
	},
	failed: (pending) => {
		followSnapshots();
		path.failed(pending);
	}
}, { loopToken: shared.loopToken });
const forwarders = new Forwarders(shared.revealedPairs, settings.identity.forwarders.networks, clock);
const parts = {
	clock,
	counters,
	policy,
	cache,
	hits,
	limiter,
	forwarders,
	exchange,
	networks: new NetworkSet(settings.access.networks),
	settings,
	pausedUntilMs: () => words.pausedUntilMs,
	onLoop: (place) => {
		const upstream = exchange.status()[place].name;
		log.error({ upstream }, "an upstream forwards to this resolver: it is asked no more");
		mail.tell("resolvers", "resolver/loop", upstream);
	}
};
const path = new QueryPath(parts);
let snapshotSeen = 0;
let overlaySeen = 0;
/** Changes over to a newer snapshot. Called between queries and between answers only. */
function followSnapshots() {
	if (words.hasMoved(Swapped.snapshot, snapshotSeen)) {
		snapshotSeen = words.generation(Swapped.snapshot);
		policy.attachBase(snapshotSeen & 1);
		words.acknowledge(index, Swapped.snapshot, snapshotSeen);
	}
	if (words.hasMoved(Swapped.overlay, overlaySeen)) {
		overlaySeen = words.generation(Swapped.overlay);
		policy.attachOverlay(overlaySeen & 1);
		words.acknowledge(index, Swapped.overlay, overlaySeen);
	}
}
/** By which main sees whether queries are answered. */
const ownQuery = selfQuery(shared.loopToken);
const notices = new Notices(settings, clock, (notice) => mail.request("control", "zones/notify", notice));
/** Apart, so that no query but that one allocates a closure. */
const ownQuestion = (request, length, origin, out) => counters.uncounted(() => path.question(request, length, origin, out));
const question = (request, length, origin, out) => {
	followSnapshots();
	if (origin.transport === 1) clock.move();
	if (isNotify(request) && notices.take(request, length, origin)) return 0;
	if (isSelfQuery(ownQuery, request, length)) return ownQuestion(request, length, origin, out);
	return path.question(request, length, origin, out);
};
const bypassed = new BypassTally();
/** What was meant for another resolver is answered all the same; who asked is told, strangers but counted. */
const bypass = (request, length, origin, out) => {
	counters.add("bypassQueries");
	if (parts.networks.contains(origin.address)) bypassed.note(origin.address);
	return question(request, length, origin, out);
};
const udp = new UdpTransport(datagrams, question, bypass, counters, clock);
const tcp = new TcpTransport(question, bypass, settings.tcp, counters, clock);
async function listen({ udp: datagramSources, tcp: streamSources }) {
	for (const source of datagramSources) if (datagrams.name === "portable" && isWildcard(source.address)) closeSocket(source.fd);
	else await udp.add(source);
	for (const source of streamSources) await tcp.add(source);
}
function tick() {
	followSnapshots();
	words.beat(index);
	counters.set("cacheEntries", cache.entries);
	counters.set("cacheBytes", cache.bytes);
	counters.set("hitsFolded", hits.folded);
	counters.set("hitsLost", hits.lost);
	const pairs = forwarders.takeNews();
	if (pairs.length > 0) mail.tell("control", "identity/revealed", pairs);
}
mail.on("policy", followSnapshots);
/** Orders about sockets wait until those of the start are in place: else what is to go would not be there yet, and stay. */
const begun = Promise.withResolvers();
mail.on("sockets", async (body) => {
	const { added, removed } = body;
	await begun.promise;
	for (const endpoint of removed) {
		udp.remove(endpoint);
		tcp.remove(endpoint);
	}
	listen(added).catch((error) => log.error({ error }, "listening on a new address"));
});
mail.on("settings", (body) => {
	const changed = body;
	log.level = changed.log.level;
	limiter.configure(changed.access.queriesPerSecond, new NetworkSet(changed.access.exempt));
	if (!cache.configure(changed.cache)) log.error({ bytes: changed.cache.maxBytes }, "no room for a cache of that size: it keeps the size it has");
	if (JSON.stringify(changed.forward) !== JSON.stringify(parts.settings.forward)) cache.flush(null);
	if (JSON.stringify(changed.upstreams) !== JSON.stringify(parts.settings.upstreams)) cache.forgetFailures();
	exchange.reconfigure(changed);
	tcp.setLimits(changed.tcp);
	forwarders.configure(changed.identity.forwarders.networks);
	notices.configure(changed);
	path.configure(changed, new NetworkSet(changed.access.networks));
});
mail.on("resolver/status", () => ({
	upstreams: exchange.status(),
	cache: {
		entries: cache.entries,
		bytes: cache.bytes
	},
	datagrams: datagrams.name
}));
mail.on("resolver/loop", (body) => exchange.markLoop(body));
mail.on("resolver/flush", (body) => {
	const flushed = body.name;
	if (flushed === null) return { removed: cache.flush(null) };
	const key = new NameKey();
	if (!keyFromText(flushed, key)) throw new Error(`not a domain name: ${flushed}`);
	return { removed: cache.flush(key) };
});
const sharing = new SharedAddresses({
	cache,
	policy,
	clock: systemClock,
	begin: () => {
		clock.move();
		followSnapshots();
	}
});
mail.on("resolver/shared", (body) => sharing.count(body));
mail.on("shutdown", async () => {
	tcp.stopAccepting();
	const deadline = systemClock.monotonicMs() + DRAIN_MS;
	while (exchange.pendingCount > 0 && systemClock.monotonicMs() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
	await new Promise((resolve) => setImmediate(resolve));
	udp.close();
	tcp.close();
	exchange.close();
});
clock.every(TICK_MS, tick);
clock.every(DROPS_MS, () => udp.countDrops());
clock.every(BYPASS_MS, () => {
	const counts = bypassed.take();
	if (counts.length > 0) mail.tell("control", "access/bypass", counts);
});
await untilSnapshot();
await listen(start.sockets);
begun.resolve();
words.setAnswering(index);
if (reason !== null) mail.tell("main", "resolver/portable", reason);
collectGarbage();
mail.tell("main", "resolver/ready", { datagrams: datagrams.name });
/** Until there is a policy no query is read; the kernel keeps them. */
async function untilSnapshot() {
	words.acknowledge(index, Swapped.snapshot, snapshotSeen);
	words.acknowledge(index, Swapped.overlay, overlaySeen);
	const deadline = systemClock.monotonicMs() + SNAPSHOT_PATIENCE_MS;
	followSnapshots();
	while (snapshotSeen === 0 && systemClock.monotonicMs() < deadline) {
		await new Promise((resolve) => setTimeout(resolve, 5));
		followSnapshots();
	}
	if (snapshotSeen === 0) log.error("no policy snapshot yet: answering without any list");
}
export {};
