"""Parts that formats share: fields, addresses, times, and the rules for dropped lines"""
